import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

/**
 * Gives a small file a new content as a whole. Whoever reads the new one would read it after a power cut, too: its bytes are on the disk
 * before its name. When this returns, the name is as well.
 */
export function replaceDurably(path: string, text: string): void {
  const next = `${path}.${process.pid}`
  try {
    writeFileSync(next, text, { mode: 0o600 })
    syncNow(next)
    renameSync(next, path)
  } catch (cause) {
    rmSync(next, { force: true })
    throw cause
  }
  syncNow(dirname(path))
}

function syncNow(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } catch (cause) {
    if (!isUnsupported(cause)) throw cause
  } finally {
    closeSync(file)
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
