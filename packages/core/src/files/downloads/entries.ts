import { lstatSync, opendirSync, rmdirSync, type Dir, type Dirent, type Stats } from 'node:fs'
import { sep } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fsCodeOf } from '../fs-errors.ts'

/** A path as bytes: a file's name need not be valid UTF-8. */
export type RawPath = Buffer

/** Something in a tree of folders. */
export interface TreeEntry {
  readonly path: RawPath
  /** Relative to the top, with the system's separator. */
  readonly inside: RawPath
  readonly isFolder: boolean
}

/**
 * Everything below a folder, links not followed, in no order among neighbours; a folder's content before or after the
 * folder itself. However many there are, one batch of names per level is held.
 */
export function* eachEntry(
  folder: RawPath | string,
  order: 'contents first' | 'folders first' | 'this folder alone',
  inside?: RawPath,
): Generator<TreeEntry> {
  const place = Buffer.from(folder)
  const opened = openFolder(place)
  try {
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
      const found = {
        path: below(place, entry.name),
        inside: inside === undefined ? entry.name : below(inside, entry.name),
        isFolder: entry.isDirectory(),
      }
      if (order !== 'contents first') yield found
      if (found.isFolder && order !== 'this folder alone') yield* eachEntry(found.path, order, found.inside)
      if (order === 'contents first') yield found
    }
  } finally {
    opened.closeSync()
  }
}

const turnMs = 8

/** The same items, while others get their turn every few milliseconds. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let sinceMs = performance.now()
  for (const item of items) {
    yield item
    if (performance.now() - sinceMs < turnMs) continue
    await nextTurn()
    sinceMs = performance.now()
  }
}

/** What is at a path, links not followed; `undefined` when nothing is there. */
export function statsAt(path: RawPath | string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  }
}

/** Removes a folder that has nothing in it; `false` when it has. */
export function removeIfEmpty(folder: RawPath | string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (cause) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(fsCodeOf(cause) ?? '')) return false
    throw cause
  }
}

export const below = (folder: RawPath | string, name: RawPath | string): RawPath =>
  Buffer.concat([Buffer.from(folder), separator, Buffer.from(name)])

const separator = Buffer.from(sep)

interface RawDir extends Pick<Dir, 'closeSync'> {
  readSync(): Dirent<RawPath> | null
}

function openFolder(path: RawPath): RawDir {
  // Node gives names as bytes for this encoding, which its types know of for `readdir` alone.
  return opendirSync(path, { encoding: 'buffer' as BufferEncoding }) as unknown as RawDir
}
