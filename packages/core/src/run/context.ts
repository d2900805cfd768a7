import { cacheFolder } from '../files/cache.ts'
import type { Tell } from '../events/run-event.ts'
import type { JobRef } from '../platform/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import type { OpenMoney } from './money/money.ts'
import type { RehearsalPlatform } from './run-options.ts'
import type { TaskResult } from './results/task-result.ts'

/** Where the tasks of a project run. */
export interface TaskPlatforms {
  forTask(spec: Pick<TaskSpec, 'instanceType'>): Promise<Platform>
  /** The local platform as a rehearsal needs it; absent where there is none. */
  rehearsal?(settings: RehearsalPlatform): Promise<Platform>
}

/** A job that a task of a session came to. */
export interface LiveJob {
  readonly platform: Platform
  readonly job: JobRef
  /** Whether this session started it. One that it joined belongs to whoever started it. */
  readonly isOwn: boolean
  /** Whether it had ended before, so that there is nothing to stop. */
  readonly isOver: boolean
}

/** The session that a task belongs to, as the task sees it. */
export interface TaskSession {
  /** Aborted when nobody waits any more: by the caller's signal, detaching and disposing. */
  readonly leaving: AbortSignal
  /** Aborted, beside that, when nothing new shall be started. */
  readonly preparing: AbortSignal
  /** What a task works with while its job is prepared. */
  contextOf(spec: TaskSpec, upstream: TaskContext['upstream']): Promise<TaskContext>
  /** Runs the work that precedes a job when it is its turn: few tasks at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** A task came to its job: from now on it is stopped with the others. */
  reached(live: LiveJob, task: { readonly isTarget: boolean }): void
  /** A job has ended: there is nothing to stop any more. */
  ended(job: JobRef): void
  /** Whether a job was asked to stop. */
  isStopped(job: JobRef): boolean
}

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
  /** Tells what jobs cost; absent when nobody wants to know. */
  readonly money?: OpenMoney | undefined
}

/** For work outside any run: it only reads, and tells nobody. */
export function readingContext(
  platform: Platform,
  signal: AbortSignal | undefined,
  clock: Clock = systemClock,
  money?: OpenMoney,
): TaskContext {
  return {
    platform,
    money,
    clock,
    tell: () => undefined,
    signal: signal ?? new AbortController().signal,
    cacheDir: cacheFolder(),
    upstream: new Map(),
  }
}
