import { linkSync, lstatSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../time/clock.ts'
import { fsCodeOf } from '../fs-errors.ts'
import { ownerPattern, ownerState, thisOwner } from '../owner.ts'
import { inTheWay } from './in-the-way.ts'

/** A folder that downloads share: one at a time puts its files in place. */
const lockName = '.ssm-download.lock'
const lockShape = new RegExp(`^${ownerPattern} [0-9]+$`)
const foreignLockMs = 10 * 60_000
let made = 0

/**
 * Does `work` while no other download puts files into the folder. A lock whose process was killed is taken over; one of
 * another computer, when it is ten minutes old.
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
  for (let pauseMs = 5; !taken(lock, join(scratch, 'lock'), content); pauseMs = Math.min(pauseMs * 2, 200)) {
    if (!released(lock, join(scratch, 'old-lock'))) await systemClock.sleep(pauseMs * (0.5 + Math.random()), signal)
  }
  try {
    return await work()
  } finally {
    if (textAt(lock) === content) unlinkSync(lock)
  }
}

// A file that appears with its content: there is no moment in which a lock has no owner.
function taken(lock: string, draft: string, content: string): boolean {
  writeFileSync(draft, content)
  try {
    linkSync(draft, lock)
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'EEXIST') return false
    if (!cannotLink(cause)) throw cause
    return takenWithoutLinks(lock, content)
  } finally {
    unlinkSync(draft)
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

/** Whether a file system has no hard links. */
export const cannotLink = (cause: unknown): boolean =>
  ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(fsCodeOf(cause) ?? '')

/** Removes a lock whose owner is gone; `true` when it is worth trying to take it at once. */
function released(lock: string, aside: string): boolean {
  const content = textAt(lock)
  if (content === undefined) return true
  if (!isAbandoned(lock, content)) return false
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
    linkSync(aside, lock)
  } catch (cause) {
    if (fsCodeOf(cause) !== 'EEXIST' && !cannotLink(cause)) throw cause
  }
}

function isAbandoned(lock: string, content: string): boolean {
  const state = ownerState(content.split(' ')[0] ?? '')
  if (state !== 'unknown') return state === 'gone'
  try {
    return systemClock.now() - lstatSync(lock).mtimeMs > foreignLockMs
  } catch {
    return true
  }
}

/** @throws {SsmError} `STORAGE_DENIED` when something that is no lock of ours has its name. */
function textAt(path: string): string | undefined {
  try {
    const text = lstatSync(path).isFile() ? readFileSync(path, 'latin1') : 'no file'
    // An empty one was made where there are no hard links, by a process that was killed just then.
    if (text !== '' && !lockShape.test(text)) throw inTheWay([path])
    return text
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}
