import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Dirent } from 'node:fs'
import { SsmError } from '../errors/ssm-error.ts'
import { fsCodeOf, orStorageError } from '../files/fs-errors.ts'
import { kindOf } from '../files/stat.ts'

/** A fresh folder near a target, whose content moves there at once or disappears with its scope. */
export interface Staging extends AsyncDisposable {
  readonly path: string
  /** Moves everything into place: by one rename when the target did not exist, else file by file, each whole. */
  commit(): Promise<void>
}

/**
 * Opens a staging folder on the target's own file system: beside it, or within it when it exists already.
 * @throws {SsmError} `STORAGE_DENIED` (also when a file is where the target is to be), `STORAGE_FULL`.
 */
export async function stagingFor(target: string): Promise<Staging> {
  const place = resolve(target)
  const kind = await kindOf(place)
  if (kind === 'file') throw inTheWay(place, 'a file')
  const parent = kind === 'folder' ? place : dirname(place)
  return orStorageError({ act: 'unpack into', path: place, missing: 'STORAGE_DENIED' }, async () => {
    await mkdir(parent, { recursive: true })
    const wrapper = await mkdtemp(join(parent, '.ssm-unpack-'))
    // One level further down, because the wrapper itself is readable by its owner only.
    const path = join(wrapper, 'content')
    await mkdir(path)
    return {
      path,
      commit: () =>
        orStorageError({ act: 'unpack into', path: place, missing: 'STORAGE_DENIED' }, () => commit(path, place, kind)),
      [Symbol.asyncDispose]: () => rm(wrapper, { recursive: true, force: true, maxRetries: 3 }),
    }
  })
}

async function commit(from: string, to: string, kind: 'folder' | undefined): Promise<void> {
  if (kind === undefined && (await renamed(from, to))) return
  await assertFits(from, to)
  await merge(from, to)
}

/** `false` when a folder with content came to lie there meanwhile. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (cause) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(fsCodeOf(cause) ?? '') && (await kindOf(to)) === 'folder') return false
    throw cause
  }
}

/** Finds everything that stands in the way before the first file is moved. */
async function assertFits(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const place = join(to, entry.name)
    const there = await whatIsAt(place)
    if (there === 'nothing') continue
    if (entry.isDirectory() && there !== 'folder') throw inTheWay(place, there)
    if (!entry.isDirectory() && there === 'folder') throw inTheWay(place, 'a folder')
    if (entry.isDirectory()) await assertFits(join(from, entry.name), place)
  }
}

async function merge(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const place = join(to, entry.name)
    if (await mustMerge(entry, place)) await merge(source, place)
    else await rename(source, place)
  }
}

async function mustMerge(entry: Dirent, place: string): Promise<boolean> {
  if (!entry.isDirectory()) return false
  const there = await whatIsAt(place)
  if (there !== 'nothing' && there !== 'folder') throw inTheWay(place, there)
  return there === 'folder'
}

/** A link counts as a link: what is unpacked never follows one out of the target. */
async function whatIsAt(path: string): Promise<'nothing' | 'folder' | 'a file' | 'a symbolic link'> {
  try {
    const stats = await lstat(path)
    return stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'a symbolic link' : 'a file'
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return 'nothing'
    throw cause
  }
}

function inTheWay(path: string, what: string): SsmError {
  return new SsmError('STORAGE_DENIED', `Cannot unpack to ${path}: ${what} is in the way`, {
    hint: 'Move it away, or choose another target.',
    facts: { path, inTheWay: what },
  })
}
