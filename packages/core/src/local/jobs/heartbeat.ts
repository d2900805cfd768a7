import { closeSync, lstatSync, openSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolders } from '../objects/folders.ts'
import { systemClock, type Clock } from '../../time/clock.ts'

/** How often a supervisor touches its job's heartbeat file. */
export const beatEveryMs = 2_000

// A computer that is asleep or overloaded skips beats; clocks of two computers differ a little.
const silentMs = 30_000
const surelyGoneMs = 10 * 60_000
const watchedMs = 3 * beatEveryMs

/** Makes the file whose time tells that a job is looked after. */
export function beginHeartbeat(path: string): void {
  makeFolders(dirname(path))
  closeSync(openSync(path, 'w', 0o600))
}

/** Touches the file; it needs no room on the disk, and what cannot be touched now is touched the next time. */
export function beat(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Removed with its store, or a read-only file system.
  }
}

/** Removes the file; one that holds something is none of ours. */
export function endHeartbeat(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isFile() === true && stats.size === 0) rmSync(path, { force: true })
}

/** When a job last gave a sign of life; `undefined` when it never did. */
export function lastBeatMs(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? undefined : Math.round(stats.mtimeMs)
}

/**
 * Whether somebody looks after the job. The time of a file that another computer touched says little by our own clock: in
 * doubt the file is watched for a few beats.
 */
export async function isBeating(
  lastBeat: () => number | undefined,
  options: { readonly signal?: AbortSignal | undefined; readonly clock?: Clock } = {},
): Promise<boolean> {
  const clock = options.clock ?? systemClock
  const first = lastBeat()
  if (first === undefined) return false
  const ageMs = clock.now() - first
  if (Math.abs(ageMs) < silentMs) return true
  if (ageMs > surelyGoneMs) return false
  for (let waitedMs = 0; waitedMs < watchedMs; waitedMs += beatEveryMs / 4) {
    await clock.sleep(beatEveryMs / 4, options.signal)
    if (lastBeat() !== first) return true
  }
  return false
}
