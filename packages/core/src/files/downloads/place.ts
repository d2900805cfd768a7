import { mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { rm } from 'node:fs/promises'
import { fsCodeOf, orStorageError } from '../fs-errors.ts'
import { abandonedFolders, ownedFolder } from '../temporary.ts'
import { syncPath, syncTree } from './durable.ts'
import { eachEntry, inTurns, removeIfEmpty, statsAt } from './entries.ts'
import { inTheWay, ofAnother } from './in-the-way.ts'
import { withFolderLock } from './lock.ts'
import {
  fileSystemTimeMs,
  isStamped,
  isTouched,
  markName,
  readMark,
  stampAll,
  writeMark,
  type FreshStamp,
  type Mark,
} from './mark.ts'
import { mergeInto } from './merge.ts'

/** A folder that is being downloaded, beside the place where it is to appear. */
export interface Arrival extends AsyncDisposable {
  /** Where to write its content; not there yet. */
  readonly path: string
  /**
   * Puts the content in its place. What an earlier download left there is replaced at once; a folder with anything else in
   * it gets the files one by one, and keeps what is not ours.
   * @throws {SsmError} `STORAGE_DENIED` when something not ours is where a file is to be: then nothing was changed.
   */
  commit(signal?: AbortSignal): Promise<void>
}

const prefix = '.ssm-download-'

/**
 * Begins the download of a folder. What killed downloads left beside it is put right first: the folder that one was about
 * to replace is back in its place.
 * @param of whose download it is, `project/task`: what another one left is not replaced.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`.
 */
export async function arrivalOf(target: string, of?: string): Promise<Arrival> {
  const parent = dirname(target)
  await orStorageError({ act: 'put in order', path: parent, missing: 'STORAGE_DENIED' }, async () => {
    // What cannot be put right now is left to the next.
    for (const left of await abandonedFolders(prefix, parent)) await endScratch(left).catch(() => undefined)
  })
  const scratch = await ownedFolder(prefix, parent)
  const path = join(scratch, 'new', basename(target))
  mkdirSync(dirname(path))
  return {
    path,
    commit: (signal) =>
      orStorageError({ act: 'download to', path: target, missing: 'STORAGE_DENIED' }, async () => {
        const newStamp = await stampAll(path)
        await syncTree(path, signal)
        signal?.throwIfAborted()
        await withFolderLock(parent, scratch, signal, () => placed(newStamp, { fresh: path, target, scratch, of }))
      }),
    [Symbol.asyncDispose]: () => endScratch(scratch),
  }
}

interface Placing {
  readonly fresh: string
  readonly target: string
  readonly scratch: string
  readonly of: string | undefined
}

async function placed(newStamp: FreshStamp, { fresh, target, scratch, of }: Placing): Promise<void> {
  const owner = of === undefined ? {} : { of }
  for (let attempt = 1; ; attempt += 1) {
    const mark = markOf(target)
    if (mark !== 'nothing' && mark.of !== undefined && of !== undefined && mark.of !== of) throw ofAnother(target, mark.of)
    if (mark !== 'nothing' && !(await isOurs(target, mark))) return mergeInto(target, { fresh, newStamp, mark, scratch, of })
    const stamp = { ...newStamp.stamp, sealedAtMs: fileSystemTimeMs(join(fresh, markName)) }
    await writeMark(join(fresh, markName), { stamps: [stamp], ...owner })
    await syncPath(fresh, true)
    if (await swapped(fresh, target, join(scratch, `old-${attempt}`, basename(target)))) break
  }
  await syncPath(dirname(target), true)
}

/** @throws {SsmError} `STORAGE_DENIED` when a file or a link is there, or something else has the mark's name. */
export function markOf(target: string): Mark | 'nothing' {
  const stats = statsAt(target)
  if (stats === undefined) return 'nothing'
  if (!stats.isDirectory()) throw inTheWay([target], stats.isSymbolicLink() ? 'it is a symbolic link' : 'it is no folder')
  const mark = readMark(target)
  if (mark === 'not a mark') throw inTheWay([join(target, markName)], 'it is no mark of a download')
  return mark ?? { stamps: [] }
}

/** Whether nothing but what a download wrote is in a folder. */
async function isOurs(folder: string, { stamps }: Mark): Promise<boolean> {
  if (stamps.length === 0) return false
  // A folder that has something of ours in it is ours, unless something else is in it, too.
  const foldersWithContent = new Set<string>()
  for await (const { path, inside, isFolder } of inTurns(eachEntry(folder, 'contents first'))) {
    const key = inside.toString('latin1')
    const filled = isFolder && foldersWithContent.delete(key)
    if (key !== markName) {
      const stats = statsAt(path)
      if (stats === undefined || (!filled && !isStamped(stats, stamps))) return false
      // A folder that was renamed holds what somebody wants to keep.
      if (isFolder && isTouched(stats, stamps)) return false
    }
    const above = dirname(key)
    if (above !== '.') foldersWithContent.add(above)
  }
  return true
}

async function isDownloaded(folder: string): Promise<boolean> {
  const mark = readMark(folder)
  return typeof mark === 'object' && isOurs(folder, mark)
}

/** Exchanges a folder of ours for a new one; `false` when someone else's doing came between. */
async function swapped(fresh: string, target: string, old: string): Promise<boolean> {
  mkdirSync(dirname(old), { recursive: true })
  const isMoved = renamed(target, old)
  // Looked at again where nobody else finds it: what was added meanwhile goes back.
  if ((!isMoved || (await isDownloaded(old))) && renamed(fresh, target)) return true
  if (isMoved && statsAt(target) === undefined) renameSync(old, target)
  return false
}

/** `false` when there is nothing to rename, or something has come to lie where it is to be. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (cause) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(fsCodeOf(cause) ?? '')) return false
    throw cause
  }
}

/**
 * Ends a download, or what is left of a killed one: a folder that was moved aside goes back when nothing is in its place,
 * and goes for good when only a download wrote to it. One to which somebody has added something stays where it is.
 */
async function endScratch(scratch: string): Promise<void> {
  if (statsAt(scratch) === undefined) return
  const spent = join(scratch, 'new')
  mkdirSync(spent, { recursive: true })
  for (const { old, name } of replacedIn(scratch)) {
    const aside = join(scratch, old, name)
    const isBack = statsAt(join(dirname(scratch), name)) === undefined && renamed(aside, join(dirname(scratch), name))
    // By one rename: half of it must never look like something that could be put back.
    if (!isBack && (await isDownloaded(aside))) renameSync(aside, join(spent, old))
    removeIfEmpty(join(scratch, old))
  }
  await rm(spent, { recursive: true, force: true, maxRetries: 3 })
  for (const name of readdirSync(scratch)) if (!name.startsWith('old-')) unlinkSync(join(scratch, name))
  removeIfEmpty(scratch)
}

/** The folders that were moved aside. */
function replacedIn(scratch: string): readonly { readonly old: string; readonly name: string }[] {
  const olds = readdirSync(scratch).filter((name) => name.startsWith('old-'))
  return olds.flatMap((old) => {
    const names = readdirSync(join(scratch, old))
    if (names.length === 0) removeIfEmpty(join(scratch, old))
    return names.map((name) => ({ old, name }))
  })
}
