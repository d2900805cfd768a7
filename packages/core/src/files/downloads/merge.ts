import { closeSync, linkSync, mkdirSync, openSync, readSync, renameSync, unlinkSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { fsCodeOf } from '../fs-errors.ts'
import { syncPath } from './durable.ts'
import { below, eachEntry, inTurns, removeIfEmpty, statsAt, type RawPath } from './entries.ts'
import { inTheWay } from './in-the-way.ts'
import { cannotLink } from './lock.ts'
import { fileSystemTimeMs, isStamped, isTouched, markName, writeMark, type FreshStamp, type Mark, type Stamp } from './mark.ts'

interface Merge {
  /** The folder with the new content, every file and folder in it stamped. */
  readonly fresh: string
  readonly newStamp: FreshStamp
  /** What earlier downloads wrote to the target. */
  readonly mark: Mark
  readonly scratch: string
  /** Whose download it is. */
  readonly of?: string | undefined
}

/**
 * Brings new files into a folder that also holds what is not ours: each file whole. Files of earlier downloads are replaced
 * or go; everything else stays as it is, and a new file whose name is taken by it is an error before anything is changed,
 * unless the two are equal. Killed in between, the next merge ends what this one began: the mark knows both.
 * @throws {SsmError} `STORAGE_DENIED` for what is in the way.
 */
export async function mergeInto(target: string, { fresh, newStamp, mark, scratch, of }: Merge): Promise<void> {
  const { stamp, apply } = newStamp
  const plan = await planMerge(fresh, target, mark.stamps)
  const touched = await touchedFolders(target, mark.stamps)
  if (plan.inTheWay.length > 0) throw inTheWay(plan.inTheWay)
  const draft = join(scratch, 'mark')
  const owner = of === undefined ? {} : { of }
  const markPath = join(target, markName)
  await writeMark(draft, { stamps: [...mark.stamps, stamp], ...owner })
  renameSync(draft, markPath)
  await syncPath(target, true)
  for (const folder of plan.folders) mkdirSync(below(target, folder), { recursive: true })
  for await (const file of inTurns(plan.files)) placeFile(below(fresh, file), below(target, file), [...mark.stamps, stamp])
  for (const folder of plan.folders) apply(below(target, folder))
  for (const folder of foldersAbove(plan.files)) await syncPath(below(target, Buffer.from(folder, 'latin1')), true)
  removeOlder(Buffer.from(target), mark.stamps, touched)
  await writeMark(draft, { stamps: [{ ...stamp, sealedAtMs: fileSystemTimeMs(draft) }], ...owner })
  renameSync(draft, markPath)
  await syncPath(target, true)
}

/** The folders on the way to files: the name of each stands in the one above it, which must be on the disk, too. */
function foldersAbove(files: readonly RawPath[]): ReadonlySet<string> {
  const folders = new Set<string>(['.'])
  for (const file of files) {
    let folder = dirname(file.toString('latin1'))
    for (; folder !== '.' && !folders.has(folder); folder = dirname(folder)) folders.add(folder)
  }
  return folders
}

interface MergePlan {
  /** Relative paths of folders that are not there yet, parents first. */
  readonly folders: readonly RawPath[]
  readonly files: readonly RawPath[]
  readonly inTheWay: readonly string[]
}

async function planMerge(fresh: string, target: string, stamps: readonly Stamp[]): Promise<MergePlan> {
  const plan = { folders: [] as RawPath[], files: [] as RawPath[], inTheWay: [] as string[] }
  for await (const { path, inside, isFolder } of inTurns(eachEntry(fresh, 'folders first'))) {
    if (inside.toString() === markName) continue
    const place = below(target, inside)
    const there = statsAt(place)
    const isFree = there === undefined || (!isFolder && isStamped(there, stamps) && there.isFile())
    if (isFree) (isFolder ? plan.folders : plan.files).push(inside)
    else if (isFolder ? !there.isDirectory() : !isSameFile(path, place, there)) plan.inTheWay.push(place.toString())
  }
  return plan
}

/** Never over something that is not ours, also when it came to lie there this very moment. */
function placeFile(from: RawPath, to: RawPath, stamps: readonly Stamp[]): void {
  const there = statsAt(to)
  if (there !== undefined && !(there.isFile() && isStamped(there, stamps))) throw inTheWay([to.toString()])
  if (there !== undefined) return renameSync(from, to)
  try {
    linkSync(from, to)
    unlinkSync(from)
  } catch (cause) {
    if (fsCodeOf(cause) === 'EEXIST') throw inTheWay([to.toString()])
    if (!cannotLink(cause)) throw cause
    renameSync(from, to)
  }
}

/** Folders that somebody renamed or changed: asked before anything is placed, which changes them, too. */
async function touchedFolders(target: string, stamps: readonly Stamp[]): Promise<ReadonlySet<string>> {
  const touched = new Set<string>()
  for await (const { path, isFolder } of inTurns(eachEntry(target, 'folders first'))) {
    const stats = isFolder ? statsAt(path) : undefined
    if (stats !== undefined && isTouched(stats, stamps)) touched.add(path.toString('latin1'))
  }
  return touched
}

/**
 * Removes the files of earlier downloads, and the folders they made that are empty without them. What lies in a folder that
 * somebody renamed or changed stays.
 */
function removeOlder(folder: RawPath, stamps: readonly Stamp[], touched: ReadonlySet<string>): void {
  for (const { path, inside, isFolder } of eachEntry(folder, 'this folder alone')) {
    const stats = statsAt(path)
    const isOlder = stats !== undefined && isStamped(stats, stamps)
    if (isFolder && touched.has(path.toString('latin1'))) continue
    if (isFolder) removeOlder(path, stamps, touched)
    if (!isOlder || inside.toString() === markName) continue
    if (isFolder) removeIfEmpty(path)
    else unlinkSync(path)
  }
}

const pieceBytes = 256 * 1024

function isSameFile(left: RawPath, right: RawPath, there: Stats): boolean {
  if (!there.isFile() || statsAt(left)?.size !== there.size) return false
  const files = [openSync(left, 'r'), openSync(right, 'r')] as const
  const pieces = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)] as const
  try {
    for (let position = 0; position < there.size;) {
      const [count, other] = [
        readSync(files[0], pieces[0], 0, pieceBytes, position),
        readSync(files[1], pieces[1], 0, pieceBytes, position),
      ]
      if (count === 0 || count !== other || !pieces[0].subarray(0, count).equals(pieces[1].subarray(0, count))) return false
      position += count
    }
    return true
  } finally {
    for (const file of files) closeSync(file)
  }
}
