import { cacheFolder } from '../files/cache.ts'
import type { Tell } from '../events/run-event.ts'
import type { Platform } from '../platform/platform.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import type { TaskResult } from './results/task-result.ts'

/** What one task of a session works with. */
export interface TaskContext {
  readonly platform: Platform
  readonly clock: Clock
  readonly tell: Tell
  /** Ends the work that it is given to; a job that was submitted goes on. */
  readonly signal: AbortSignal
  /** Where digests of local files are remembered between runs. */
  readonly cacheDir: string
  /** Results of the tasks that ran before this one in the same session, by `taskKey`. */
  readonly upstream: ReadonlyMap<string, TaskResult>
}

/** For work outside any run: it only reads, and tells nobody. */
export function readingContext(platform: Platform, signal: AbortSignal | undefined, clock: Clock = systemClock): TaskContext {
  return {
    platform,
    clock,
    tell: () => undefined,
    signal: signal ?? new AbortController().signal,
    cacheDir: cacheFolder(),
    upstream: new Map(),
  }
}
