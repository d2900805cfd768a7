import { linkSync, lstatSync, lutimesSync, readlinkSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTextNow } from '../read.ts'
import { systemClock } from '../../time/clock.ts'
import { fsCodeOf } from '../fs-errors.ts'
import { ownerPattern, ownerState, thisOwner } from '../process/owner.ts'
import { inTheWay } from './in-the-way.ts'

/** A folder that downloads share: one at a time puts its files in place. */
const lockName = '.ssm-download.lock'
const lockShape = new RegExp(`^${ownerPattern} [0-9]+$`)
const refreshMs = 10_000
/** A lock of another computer that was not refreshed for so long belongs to nobody. */
const foreignLockMs = 60_000
let made = 0

/**
 * Does `work` while no other download puts files into the folder. A lock whose process was killed is taken over; one of
 * another computer, when nobody has refreshed it for a minute.
 * @param scratch a folder of this download, on the same file system
 */
export async function withFolderLock<Value>(
  folder: string,
  scratch: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  const lock = join(folder, lockName)
  const content = `${thisOwner()} ${(made += 1)}`
  const watch = watched()
  for (let pauseMs = 5; !taken(lock, content); pauseMs = Math.min(pauseMs * 2, 200)) {
    if (!released(lock, join(scratch, 'old-lock'), watch)) await systemClock.sleep(pauseMs * (0.5 + Math.random()), signal)
  }
  const refresh = setInterval(() => refreshed(lock), refreshMs).unref()
  try {
    return await work()
  } finally {
    clearInterval(refresh)
    if (textAt(lock) === content) unlinkSync(lock)
  }
}

// A link is made with its text in one act: there is no moment in which a lock has no owner.
function taken(lock: string, content: string): boolean {
  try {
    symlinkSync(content, lock)
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'EEXIST') return false
    if (!cannotLink(cause)) throw cause
    return takenWithoutLinks(lock, content)
  }
}

function takenWithoutLinks(lock: string, content: string): boolean {
  try {
    writeFileSync(lock, content, { flag: 'wx' })
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

function refreshed(lock: string): void {
  try {
    lutimesSync(lock, systemClock.now() / 1_000, systemClock.now() / 1_000)
  } catch {
    // Then it looks abandoned to other computers only.
  }
}

/** Whether a file system has no links of this kind. */
export const cannotLink = (cause: unknown): boolean =>
  ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(fsCodeOf(cause) ?? '')

/** Removes a lock whose owner is gone; `true` when it is worth trying to take it at once. */
function released(lock: string, aside: string, isForgotten: (seen: string) => boolean): boolean {
  const content = textAt(lock)
  if (content === undefined) return true
  const state = ownerState(content.split(' ')[0] ?? '')
  if (state === 'alive' || (state === 'unknown' && !isForgotten(`${content} ${changedAt(lock)}`))) return false
  try {
    renameSync(lock, aside)
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return true
    throw cause
  }
  // Somebody else may have done the same just before, and a third one may hold it anew.
  if (textAt(aside) !== content) putBack(aside, lock)
  unlinkSync(aside)
  return true
}

function putBack(aside: string, lock: string): void {
  try {
    if (lstatSync(aside).isSymbolicLink()) symlinkSync(readlinkSync(aside), lock)
    else linkSync(aside, lock)
  } catch (cause) {
    if (fsCodeOf(cause) !== 'EEXIST' && !cannotLink(cause)) throw cause
  }
}

/** Tells whether the same was seen for a minute: other computers' clocks are not asked. */
function watched(): (seen: string) => boolean {
  let last = { seen: '', sinceMs: 0 }
  return (seen) => {
    if (seen !== last.seen) last = { seen, sinceMs: performance.now() }
    return performance.now() - last.sinceMs > foreignLockMs
  }
}

const changedAt = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const mostLockBytes = 4_096

/** @throws {SsmError} `STORAGE_DENIED` when something that is no lock of ours has its name. */
function textAt(path: string): string | undefined {
  try {
    const stats = lstatSync(path)
    const text = stats.isSymbolicLink()
      ? readlinkSync(path)
      : stats.isFile() && stats.size <= mostLockBytes
        ? readTextNow(path)
        : 'something else'
    // An empty one was made where there are no links, by a process that was killed just then.
    if (text !== '' && !lockShape.test(text)) throw inTheWay([path])
    return text
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}
