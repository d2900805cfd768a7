import { join } from 'node:path'
import { launcherFile, tunedModuleFile } from '@simple-sagemaker/worker-toolkit/contract'
import { toolkitPackage } from '../files/own-package.ts'
import { readBytes } from '../files/read.ts'

/** The launcher's own bytes: what every job starts with. */
export async function launcherBytes(): Promise<Uint8Array> {
  return readBytes(join(toolkitPackage(), 'launcher', launcherFile))
}

/** The Python module that starts the launcher in a training job of a tuning job, which takes no program in its request. */
export async function tunedModuleBytes(): Promise<Uint8Array> {
  return readBytes(join(toolkitPackage(), 'launcher', tunedModuleFile))
}
