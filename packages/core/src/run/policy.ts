import type { JobStatus } from '../platform/jobs.ts'
import type { AttemptNumber } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'

/** How often a task may be tried before its failure is final. */
export interface AttemptPolicy {
  /** Jobs in a row, the first one included: 1 tries once. */
  readonly attempts: number
  /** Ends that are worth another attempt. */
  readonly on: readonly AttemptEnd['kind'][]
}

/** How one job ended, as far as the next step depends on it. */
export type AttemptEnd =
  | { readonly kind: 'completed' }
  /** Its program failed, or the platform did. */
  | { readonly kind: 'failed' }
  /** Whoever started it was killed before it began: no attempt of the task. */
  | { readonly kind: 'never-began' }
  /** Somebody stopped it, or it ran into its time limit: never tried again by itself. */
  | { readonly kind: 'stopped' }

/** What another attempt changes of the task. */
export type AttemptChanges = Partial<Pick<TaskSpec, 'instanceType' | 'spot'>>

export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly attempt: AttemptNumber; readonly changes: AttemptChanges; readonly because: string }
  | { readonly kind: 'give-up' }

/** The policy of every task so far: one job, whose end is final. */
export const oneAttempt: AttemptPolicy = { attempts: 1, on: [] }

/** What follows from how an attempt ended. Pure. */
export function afterAttempt(policy: AttemptPolicy, attempt: AttemptNumber, end: AttemptEnd): NextStep {
  if (end.kind === 'completed') return { kind: 'done' }
  if (end.kind === 'never-began')
    return { kind: 'again', attempt, changes: {}, because: 'the client that started the job was killed before the job began' }
  const isLast = attempt.number >= Math.max(attempt.of, policy.attempts)
  if (end.kind === 'stopped' || isLast || !policy.on.includes(end.kind)) return { kind: 'give-up' }
  const next = { number: attempt.number + 1, of: Math.max(attempt.of, policy.attempts) }
  return { kind: 'again', attempt: next, changes: {}, because: `attempt ${attempt.number} of ${next.of} ${end.kind}` }
}

/**
 * The number of the attempt that starts now. A client that died between two attempts leaves a failed job whose record says
 * which attempt it was: the next client goes on counting. After a success, a stop, or the last attempt, counting starts anew.
 */
export function attemptToStart(
  policy: AttemptPolicy,
  before: { readonly status: JobStatus; readonly isSameRun: boolean; readonly attempt: AttemptNumber | undefined } | undefined,
): AttemptNumber {
  const first = { number: 1, of: policy.attempts }
  if (before?.attempt === undefined || !before.isSameRun || before.status !== 'failed') return first
  const next = afterAttempt(policy, before.attempt, { kind: 'failed' })
  return next.kind === 'again' ? next.attempt : first
}

/**
 * How a job's end counts for the policy. One that another client could not begin is no end of this run's own; one of this run's own is
 * a failure, for the next would hardly fare better.
 */
export function endOf(status: JobStatus, joined: { readonly neverBegan?: boolean | undefined } = {}): AttemptEnd {
  if (joined.neverBegan === true) return { kind: 'never-began' }
  if (status === 'completed') return { kind: 'completed' }
  return status === 'stopped' ? { kind: 'stopped' } : { kind: 'failed' }
}
