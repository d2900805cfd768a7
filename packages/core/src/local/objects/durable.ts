import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { eachOf } from '../../lang/each-of.ts'

// More at once brings nothing, and each takes a file handle.
const syncedAtOnce = 4

/**
 * Waits until files, and the names they have in the folders up to `root`, would survive a power cut. Files that are gone
 * meanwhile are left out.
 */
export async function makeDurable(root: string, files: readonly string[]): Promise<void> {
  await eachOf(files, syncedAtOnce, (path) => sync(path))
  await eachOf(foldersAbove(root, files), syncedAtOnce, (path) => sync(path))
}

/** The same for one small file, at once. */
export function makeFileDurable(path: string): void {
  for (const each of [path, dirname(path)]) {
    const file = openSync(each, 'r')
    try {
      fsyncSync(file)
    } catch (cause) {
      if (!isUnsupported(cause)) throw cause
    } finally {
      closeSync(file)
    }
  }
}

function foldersAbove(root: string, files: readonly string[]): readonly string[] {
  const folders = new Set<string>()
  for (const file of files) {
    for (let folder = dirname(file); folder.length >= root.length && !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder)
      if (dirname(folder) === folder) break
    }
  }
  return [...folders]
}

async function sync(path: string): Promise<void> {
  try {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (fsCodeOf(cause) !== 'ENOENT' && !isUnsupported(cause)) throw cause
  }
}

// Folders of some systems, and files of some file systems, cannot be synced.
const isUnsupported = (cause: unknown): boolean =>
  ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EPERM'].includes(fsCodeOf(cause) ?? '')
