import { open } from 'node:fs/promises'
import { eachOf } from '../../lang/each-of.ts'
import { fsCodeOf, whenFilesAreFree } from '../fs-errors.ts'
import { eachEntry, type RawPath } from './entries.ts'

const syncsAtOnce = 16

/** Waits until everything below a folder, and the folder itself, is on the disk: it then survives a loss of power. */
export async function syncTree(folder: string, signal: AbortSignal | undefined): Promise<void> {
  await eachOf(eachEntry(folder, 'contents first'), syncsAtOnce, ({ path, isFolder }) => syncPath(path, isFolder), signal)
  await syncPath(folder, true)
}

/** Waits until a file's bytes, or a folder's names, are on the disk. */
export async function syncPath(path: RawPath | string, isFolder: boolean): Promise<void> {
  try {
    const file = await whenFilesAreFree(() => open(path, isFolder ? 'r' : 'r+'))
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    // Windows opens no folders, and some network file systems sync none.
    if (!isFolder || !['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'EBADF'].includes(fsCodeOf(cause) ?? '')) throw cause
  }
}
