import { join } from 'node:path'
import { launcherFile } from '@simple-sagemaker/worker-toolkit/contract'
import { toolkitPackage } from '../files/own-package.ts'
import { readBytes } from '../files/read.ts'

/** The launcher's own bytes: what every job starts with. */
export async function launcherBytes(): Promise<Uint8Array> {
  return readBytes(join(toolkitPackage(), 'launcher', launcherFile))
}
