import { lstatSync, readdirSync, type BigIntStats, type Dirent } from 'node:fs'
import { join, sep } from 'node:path'
import { compareBytes, sortByBytes } from '../../files/byte-order.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { besideFolder, entryName, pathOfFolder, segmentOf } from './key-path.ts'

/** One object as a file. */
export interface ListedFile {
  readonly key: string
  readonly path: string
  readonly stats: BigIntStats
}

interface Entry {
  readonly segment: string
  readonly path: string
  readonly folder: boolean
}

/** A key and where its object should lie: it may be gone when it is looked at. */
interface ListedKey {
  readonly key: string
  readonly path: string
}

/** The keys of a bucket's folder that start with a prefix, in byte order. */
export function keysOf(bucketFolder: string, prefix: string): Generator<ListedKey> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  return entriesBelow(join(bucketFolder, pathOfFolder(folder)), folder, prefix)
}

/** The names of the folders directly in a folder of keys that hold at least one object, in byte order. */
export function* foldersOf(bucketFolder: string, folder: string): Generator<string> {
  for (const entry of entriesOf(join(bucketFolder, pathOfFolder(folder)))) {
    if (entry.folder && !entriesBelow(entry.path, '', '').next().done) yield entry.segment
  }
}

/** The objects directly in a folder of keys. */
export function* objectsIn(bucketFolder: string, folder: string): Generator<ListedFile> {
  for (const { segment, path, folder: isFolder } of entriesOf(join(bucketFolder, pathOfFolder(folder)))) {
    const found = isFolder ? undefined : fileAt(path)
    if (found !== undefined) yield { key: folder + segment, ...found }
  }
}

/** The object at a path, wherever it lies: a folder may have taken its place. */
export function fileAt(path: string): { readonly path: string; readonly stats: BigIntStats } | undefined {
  const direct = statsOf(path)
  if (direct?.isFile() === true) return { path, stats: direct }
  const beside = statsOf(path + besideFolder)
  if (beside?.isFile() === true) return { path: path + besideFolder, stats: beside }
  if (direct === undefined) return undefined
  // The folder may have gone and the object come back to its own place between the two looks.
  const again = statsOf(path)
  return again?.isFile() === true ? { path, stats: again } : undefined
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  }
}

function* entriesBelow(folder: string, keyOfFolder: string, prefix: string): Generator<ListedKey> {
  for (const entry of entriesOf(folder)) {
    const key = keyOfFolder + entry.segment
    if (!entry.folder) {
      if (key.startsWith(prefix)) yield { key, path: entry.path }
    } else if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) {
      yield* entriesBelow(entry.path, `${key}/`, prefix)
    }
  }
}

/** A folder's entries in the order of the keys below them: a folder sorts as if its name ended in a slash. */
function entriesOf(folder: string): readonly Entry[] {
  const entries = [...rawEntries(folder, '')]
  sortByBytes(entries, (entry) => (entry.folder ? `${entry.segment}/` : entry.segment))
  return entries.filter((entry, index) => index === 0 || !sameObject(entries[index - 1], entry))
}

// A killed writer may leave an object at both of its places: the one without the suffix is the newer one.
function sameObject(before: Entry | undefined, entry: Entry): boolean {
  return before !== undefined && !before.folder && !entry.folder && compareBytes(before.segment, entry.segment) === 0
}

function* rawEntries(folder: string, before: string): Generator<Entry> {
  for (const dirent of direntsOf(folder)) {
    // No more is to be joined, and over tens of thousands of objects `join` takes a tenth of a second.
    const path = folder + sep + dirent.name
    const name = entryName(dirent.name)
    if (name.kind === 'part') {
      if (dirent.isDirectory()) yield* rawEntries(path, before + name.text)
    } else if (dirent.isDirectory()) {
      yield { segment: segmentOf(before + name.text), path, folder: true }
    } else if (dirent.isFile()) {
      // Where an object lies is looked up by its own place, for it may move between the listing and the look.
      yield {
        segment: segmentOf(before + name.text),
        path: name.beside ? path.slice(0, -besideFolder.length) : path,
        folder: false,
      }
    }
  }
}

function direntsOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    const code = fsCodeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw cause
  }
}
