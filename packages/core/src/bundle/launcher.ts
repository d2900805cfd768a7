import { join } from 'node:path'
import { launcherFile } from '@simple-sagemaker/worker-toolkit/contract'
import { readBytes } from '../files/read.ts'
import { toolkitFolder } from './toolkit.ts'

/** The launcher's own bytes: what every job starts with. */
export async function launcherBytes(): Promise<Uint8Array> {
  return readBytes(join(toolkitFolder(), 'launcher', launcherFile))
}
