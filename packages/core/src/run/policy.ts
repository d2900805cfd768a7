import type { JobState } from '../platform/jobs.ts'
import type { AttemptNumber, EndCause, RetryCause, RetrySpec, SpentTime } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'

/** How often a task may be tried before its failure is final. */
export type AttemptPolicy = RetrySpec

/** How one job ended, as far as the next step depends on it. */
export type AttemptEnd =
  | { readonly kind: 'completed' }
  /** Whoever started it was killed before it began: no attempt of the task. */
  | { readonly kind: 'never-began' }
  /** It did not complete, and why; with what it used up of the time that all attempts have together. */
  | { readonly kind: 'ended'; readonly cause: EndCause; readonly timeIsUp: boolean }

export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly attempt: AttemptNumber; readonly because: string; readonly pauseSeconds: number }
  | { readonly kind: 'give-up' }

/** The policy of a task that has none: one job, whose end is final. */
export const oneAttempt: AttemptPolicy = { attempts: 1, on: [], pauseSeconds: 0 }

/** What follows from how an attempt ended. Pure. */
export function afterAttempt(policy: AttemptPolicy, attempt: AttemptNumber, end: AttemptEnd): NextStep {
  if (end.kind === 'completed') return { kind: 'done' }
  if (end.kind === 'never-began')
    return { kind: 'again', attempt, because: 'the client that started the job was killed before the job began', pauseSeconds: 0 }
  const of = Math.max(attempt.of, policy.attempts)
  const { cause } = end
  if (attempt.number >= of || end.timeIsUp || !isNamed(cause, policy)) return { kind: 'give-up' }
  return {
    kind: 'again',
    attempt: { number: attempt.number + 1, of },
    because: `attempt ${attempt.number} of ${of} ended: ${causesInWords[cause] ?? cause}`,
    pauseSeconds: policy.pauseSeconds,
  }
}

const isNamed = (cause: EndCause, { on }: AttemptPolicy): boolean => on.includes(cause as RetryCause)

const causesInWords: Readonly<Record<string, string>> = {
  capacity: 'there were no machines',
  interruption: 'its machines were taken away',
  internal: 'SageMaker had an internal error',
}

/** What is known of the task's newest job. */
export interface AttemptBefore {
  readonly isSameRun: boolean
  readonly attempt: AttemptNumber | undefined
  /** `undefined` while it runs. */
  readonly end: AttemptEnd | undefined
}

/**
 * The number of the attempt that starts now. A client that died between two attempts leaves a job whose record says
 * which attempt it was: the next client goes on counting. After a success, a stop, or the last attempt, counting starts anew.
 */
export function attemptToStart(policy: AttemptPolicy, before: AttemptBefore | undefined): AttemptNumber {
  const first = { number: 1, of: policy.attempts }
  if (before?.attempt === undefined || before.end === undefined || !before.isSameRun) return first
  const next = afterAttempt(policy, before.attempt, before.end)
  return next.kind === 'again' ? next.attempt : first
}

const nothingSpent: SpentTime = { runSeconds: 0, waitSeconds: 0 }

/** The time that a job and the attempts before it used: running, and waiting and running together. */
export function spentWith(
  before: SpentTime = nothingSpent,
  { createdAtMs, startedAtMs, endedAtMs = createdAtMs }: Pick<JobState, 'createdAtMs' | 'startedAtMs' | 'endedAtMs'>,
): SpentTime {
  const seconds = (sinceMs: number): number => Math.max(0, Math.ceil((endedAtMs - sinceMs) / 1_000))
  return {
    runSeconds: before.runSeconds + (startedAtMs === undefined ? 0 : seconds(startedAtMs)),
    waitSeconds: before.waitSeconds + seconds(createdAtMs),
  }
}

type Limits = Pick<TaskSpec, 'maxRunSeconds' | 'maxWaitSeconds'>

/** What is left of a task's limits; `undefined` when its time is up. */
export function limitsLeft({ maxRunSeconds, maxWaitSeconds }: Limits, spent: SpentTime): Limits | undefined {
  const run = maxRunSeconds - spent.runSeconds
  if (maxWaitSeconds === undefined) return run < 1 ? undefined : { maxRunSeconds: run }
  const wait = maxWaitSeconds - spent.waitSeconds
  // A job may not be given less time to wait than to run.
  return Math.min(run, wait) < 1 ? undefined : { maxRunSeconds: Math.min(run, wait), maxWaitSeconds: wait }
}
