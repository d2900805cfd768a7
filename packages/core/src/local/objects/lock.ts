import { createHash } from 'node:crypto'
import { lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { systemClock } from '../../time/clock.ts'
import { isGone, livenessOf, ownIdentity, type ProcessIdentity } from '../process/identity.ts'
import { makeFolders, namesIn } from './folders.ts'

/** The lock that guards what lies at a path below the root, however that root was reached. */
export function lockOf(root: string, path: string): string {
  return join(root, 'locks', createHash('sha1').update(relative(root, path)).digest('hex'))
}

/**
 * Does `work` while no other process holds the lock. The work is synchronous, so a lock is held for microseconds and never
 * across an await. A lock whose holder was killed is taken over, by one process only. Of a holder on another computer, or in
 * another container, nothing can be seen: its lock is taken over when it was the very same for a long time.
 */
export async function withLock<Value>(lock: string, work: () => Value, signal?: AbortSignal): Promise<Value> {
  const isStale = staleness()
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 16)) {
    signal?.throwIfAborted()
    if (take(lock)) {
      try {
        return work()
      } finally {
        unlinkSync(lock)
      }
    }
    const holder = holderOf(lock)
    if (holder !== undefined && (isGone(holder) || isStale(lock, holder))) await release(lock, holder, signal)
    else await systemClock.sleep(pauseMs * (0.5 + Math.random()), signal)
  }
}

/** Removes the locks whose holders were killed: nobody may ever ask for them again. */
export async function sweepLocks(root: string): Promise<void> {
  for (const name of namesIn(join(root, 'locks'))) {
    const lock = join(root, 'locks', name)
    const holder = holderOf(lock)
    if (holder !== undefined && isGone(holder)) await withLock(lock, () => undefined)
  }
}

// Locks are held for microseconds: nobody who lives holds one for so long.
const longestHoldMs = 10_000

/** Whether a lock whose holder cannot be seen was the same one, by our own clock, for longer than anybody holds one. */
function staleness(): (lock: string, holder: ProcessIdentity) => boolean {
  let seen = ''
  let sinceMs = 0
  return (lock, holder) => {
    if (livenessOf(holder) !== 'unknown') return false
    const stats = lstatSync(lock, { bigint: true, throwIfNoEntry: false })
    const now = `${holder} ${stats?.ino ?? ''} ${stats?.ctimeNs ?? ''}`
    if (now !== seen) sinceMs = performance.now()
    seen = now
    return performance.now() - sinceMs > longestHoldMs
  }
}

// A symbolic link is made with its text in one act: there is no moment in which a lock has no owner.
function take(lock: string): boolean {
  for (;;) {
    try {
      symlinkSync(ownIdentity(), lock)
      return true
    } catch (cause) {
      if (fsCodeOf(cause) === 'EEXIST') return false
      if (fsCodeOf(cause) !== 'ENOENT') throw cause
      makeFolders(dirname(lock))
    }
  }
}

function holderOf(lock: string): ProcessIdentity | undefined {
  try {
    return readlinkSync(lock)
  } catch {
    return undefined
  }
}

/**
 * Removes the lock of a dead holder. Looking and removing are two acts, and in between another process may have done the
 * same and a third one may hold the lock anew: so the removal of *this* holder's lock is itself done under a lock. The dead
 * never take a lock again, hence what is seen under it stays true until this process removes it.
 */
async function release(lock: string, dead: ProcessIdentity, signal: AbortSignal | undefined): Promise<void> {
  await withLock(
    `${lock}~${dead}`,
    () => {
      if (holderOf(lock) === dead) unlinkSync(lock)
    },
    signal,
  )
}
