import type { JobRef, JobState } from '../platform/jobs.ts'
import type { AttemptNumber, AttemptReport, Decision, PastJob, SpentTime } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { TaskContext } from './context.ts'
import { pastJobs } from './decide/history.ts'
import { causeOf } from './follow/causes.ts'
import { followJob, recallJob, type EndedJob } from './follow/follow.ts'
import { limitsLeft, spentWith, type AttemptEnd } from './policy.ts'
import type { ResolvedTask } from './resolve/resolve-task.ts'

/** One job of a task: skipped, joined or started. */
export interface Attempt {
  readonly job: JobRef
  readonly decision: Decision
  /** Which of how many jobs in a row it is. */
  readonly number: AttemptNumber
  /** What the attempts before it used of the time that all have together. */
  readonly spent: SpentTime | undefined
}

/** Follows an attempt to the end of its job; of one that ended before only the end is read. */
export function followAttempt(
  { job, decision }: Attempt,
  metrics: Readonly<Record<string, string>>,
  context: TaskContext,
): Promise<EndedJob> {
  return decision.kind === 'skip' ? recallJob(job, metrics, context) : followJob(job, metrics, context)
}

/**
 * How an ended job counts for the policy. One that another client could not begin is no end of this run's own; one of this run's
 * own is a failure, for the next would hardly fare better.
 */
export function endOf(state: JobState, spent: SpentTime | undefined, spec: TaskSpec, isOwn = false): AttemptEnd {
  if (state.neverBegan === true && !isOwn) return { kind: 'never-began' }
  if (state.status === 'completed') return { kind: 'completed' }
  const timeIsUp = limitsLeft(spec, spentWith(spent, state)) === undefined
  return { kind: 'ended', cause: causeOf(state) ?? 'failed', timeIsUp }
}

/** Every attempt of a run, the oldest first: what the records of its earlier jobs say, whichever client started them. */
export async function attemptsUpTo(
  { spec, layout, fingerprint }: ResolvedTask,
  { job, number }: Attempt,
  last: JobState,
  { platform, signal }: TaskContext,
): Promise<readonly AttemptReport[]> {
  const reports = [reportOf(last, number)]
  if (number.number === 1) return reports
  for await (const { state, record } of pastJobs(spec.task, layout, [spec.kind], platform, { signal })) {
    const at = record?.attempt
    if (state.name === job.name || state.name > last.name) continue
    // Another run, or a job whose number does not fit: what was before is not of this run.
    if (at === undefined || record?.fingerprint !== fingerprint || at.number !== number.number - reports.length) break
    reports.unshift(reportOf(state, at))
    if (at.number === 1) break
  }
  return reports
}

function reportOf(state: PastJob['state'], attempt: AttemptNumber): AttemptReport {
  const cause = causeOf(state)
  return {
    ...attempt,
    job: state.name,
    status: state.status,
    ...(cause === undefined ? {} : { cause }),
    ...(state.failureReason === undefined || cause === undefined ? {} : { reason: state.failureReason }),
    seconds: ((state.endedAtMs ?? state.createdAtMs) - state.createdAtMs) / 1_000,
  }
}
