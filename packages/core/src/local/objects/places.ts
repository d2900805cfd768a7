import { lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { makeFolders } from './folders.ts'
import { besideFolder } from './key-path.ts'
import { lockOf, withLock } from './lock.ts'

/** Where an object is to be: its path, and the folder of its bucket, which no act here ever leaves. */
export interface Place {
  readonly bucketFolder: string
  readonly path: string
}

/**
 * Under the object's lock: puts a finished file in the object's place, and gives the path where it now is. `undefined` when
 * the way to it must be made first.
 */
export function putFile(place: Place, temporary: string): string | undefined {
  const target = statOf(place.path) === 'folder' ? place.path + besideFolder : place.path
  try {
    renameSync(temporary, target)
  } catch (cause) {
    const code = fsCodeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw cause
  }
  if (target === place.path) rmSync(place.path + besideFolder, { force: true })
  return target
}

/** Makes the folder of an object; an object whose key is a folder of this one's steps aside. */
export async function makeWay(root: string, place: Place, signal: AbortSignal | undefined): Promise<void> {
  for (let folder = dirname(place.path); folder.length > place.bucketFolder.length; folder = dirname(folder)) {
    if (statOf(folder) !== 'file') continue
    const path = folder
    await withLock(
      lockOf(root, path),
      () => {
        if (statOf(path) !== 'file') return
        renameSync(path, path + besideFolder)
        mkdirSync(path, 0o700)
      },
      signal,
    )
  }
  try {
    makeFolders(dirname(place.path))
  } catch (cause) {
    // Someone removed or wrote something on the way: look again.
    if (!['ENOENT', 'ENOTDIR', 'EEXIST'].includes(fsCodeOf(cause) ?? '')) throw cause
  }
}

/** Under the object's lock: removes its file. */
export function removeFile(path: string): void {
  // The older place first: a kill in between must not bring an old object back.
  rmSync(path + besideFolder, { force: true })
  if (statOf(path) === 'file') unlinkSync(path)
}

/** Removes the folders above an object that hold nothing any more. */
export function removeEmptyFolders(place: Place): void {
  for (let folder = dirname(place.path); folder.length > place.bucketFolder.length; folder = dirname(folder)) {
    try {
      rmdirSync(folder)
    } catch {
      return
    }
  }
}

function statOf(path: string): 'file' | 'folder' | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats === undefined ? undefined : stats.isDirectory() ? 'folder' : 'file'
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  }
}
