import type { JobRef } from '../platform/jobs.ts'
import type { AttemptNumber, Decision } from '../spec/result.ts'
import type { TaskContext } from './context.ts'
import { followJob, recallJob, type EndedJob } from './follow/follow.ts'

/** One job of a task: skipped, joined or started. */
export interface Attempt {
  readonly job: JobRef
  readonly decision: Decision
  /** Which of how many jobs in a row it is. */
  readonly number: AttemptNumber
}

/** Follows an attempt to the end of its job; of one that ended before only the end is read. */
export function followAttempt(
  { job, decision }: Attempt,
  metrics: Readonly<Record<string, string>>,
  context: TaskContext,
): Promise<EndedJob> {
  return decision.kind === 'skip' ? recallJob(job, metrics, context) : followJob(job, metrics, context)
}
