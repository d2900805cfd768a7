import type { Tell } from '../events/run-event.ts'
import type { Platform } from '../platform/platform.ts'
import type { JobRef } from '../platform/jobs.ts'
import type { Decision } from '../spec/result.ts'
import type { Clock } from '../time/clock.ts'
import type { TaskResult } from './results/task-result.ts'

/** What one run may touch. */
export interface RunContext {
  readonly platform: Platform
  readonly clock: Clock
  readonly tell: Tell
  /** Aborts the waiting and the preparing; a job that was submitted goes on. */
  readonly signal: AbortSignal
  /** Where digests of local files are remembered between runs. */
  readonly cacheDir: string
  /** Results of the tasks that ran before this one in the same graph, by `taskKey`. */
  readonly upstream: ReadonlyMap<string, TaskResult>
  /** Called once, when the job is submitted, joined, or found to be done. */
  readonly reached: (job: JobRef, decision: Decision) => void
}
