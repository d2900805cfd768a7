import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'

/**
 * Makes a folder and those above it. Unlike Node's own way it tells the file system's true reason: for a read-only one
 * that says that nothing is there.
 */
export function makeFolders(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, mode)
  } catch (cause) {
    const code = fsCodeOf(cause)
    if (code === 'ENOENT' && dirname(path) !== path) {
      makeFolders(dirname(path))
      makeFolders(path, mode)
    } else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw cause
    }
  }
}
