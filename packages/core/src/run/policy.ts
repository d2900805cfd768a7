import type { JobState } from '../platform/jobs.ts'
import { placementsOf, type Placement } from '../spec/machines/placements.ts'
import type { AttemptNumber, AttemptPlace, EndCause, RetryCause, RetrySpec, SpentTime } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { describeSeconds } from '../time/duration.ts'
import { waitedAgainMs, waitedMs } from './follow/waiting.ts'

/** How often a task may be tried before its failure is final, and on which machines. */
export interface AttemptPolicy extends RetrySpec {
  /** The ways to get machines, in the order in which they are tried; absent for a single one. */
  readonly placements?: readonly Placement[]
}

/** How one job ended, as far as the next step depends on it. */
export type AttemptEnd =
  | { readonly kind: 'completed' }
  /** Whoever started it was killed before it began: no attempt of the task. */
  | { readonly kind: 'never-began' }
  | EndedAttempt

/** It did not complete, and why; with what it used up of the time that all attempts have together. */
export interface EndedAttempt {
  readonly kind: 'ended'
  readonly cause: EndCause
  /** No time is left to run. */
  readonly timeIsUp: boolean
  /** No time is left to wait for spot machines. */
  readonly spotIsOver?: boolean
  /** How long it waited for spot machines, when that was why it ended: before it ran, or after they were taken away. */
  readonly waitedSeconds?: number
}

export type NextStep =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'again'
      readonly attempt: AttemptNumber
      readonly place: AttemptPlace
      readonly because: string
      readonly pauseSeconds: number
    }
  | { readonly kind: 'give-up' }

/** The policy of a task that has none: one job, whose end is final. */
export const oneAttempt: AttemptPolicy = { attempts: 1, on: [], pauseSeconds: 0 }

/** The first of the ways to get machines. */
export const firstPlace: AttemptPlace = { index: 0, moves: 0 }

/** When a task is tried again, and on which machines. */
export const attemptPolicyOf = (spec: TaskSpec): AttemptPolicy => ({
  ...(spec.retry ?? oneAttempt),
  placements: placementsOf(spec),
})

/** How many jobs there may be: each attempt on each of the ways, except that what comes after on-demand machines stays there. */
export function mostJobs({ attempts, placements = [] }: Pick<AttemptPolicy, 'attempts' | 'placements'>): number {
  const ways = Math.max(1, placements.length)
  return placements.at(-1)?.spot === true ? attempts * ways : attempts + ways - 1
}

/** What follows from how an attempt ended. Pure. */
export function afterAttempt(policy: AttemptPolicy, attempt: AttemptNumber, place: AttemptPlace, end: AttemptEnd): NextStep {
  if (end.kind === 'completed') return { kind: 'done' }
  if (end.kind === 'never-began') {
    const because = 'the client that started the job was killed before the job began'
    return { kind: 'again', attempt, place, because, pauseSeconds: 0 }
  }
  const of = Math.max(attempt.of, mostJobs(policy))
  if (attempt.number >= of) return { kind: 'give-up' }
  const next = { number: attempt.number + 1, of }
  const because = `attempt ${attempt.number} of ${of} ended: ${endInWords(end, policy.placements?.[place.index])}`
  const other = otherMachines(policy, place, end)
  if (other !== undefined)
    return { kind: 'again', attempt: next, place: { index: other, moves: place.moves + 1 }, because, pauseSeconds: 0 }
  const tried = attempt.number - place.moves
  const isTooLate = end.timeIsUp || (end.spotIsOver === true && isSpot(policy, place.index))
  if (tried >= policy.attempts || isTooLate || !isNamed(end.cause, policy)) return { kind: 'give-up' }
  const index = end.cause === 'capacity' && isSpot(policy, place.index) ? 0 : place.index
  return { kind: 'again', attempt: next, place: { ...place, index }, because, pauseSeconds: policy.pauseSeconds }
}

/** The next of the ways to get machines, when this one had none; `undefined` when there is no other, or that was not the cause. */
function otherMachines({ placements = [] }: AttemptPolicy, { index }: AttemptPlace, end: EndedAttempt): number | undefined {
  if (end.timeIsUp || (end.cause !== 'capacity' && end.waitedSeconds === undefined)) return undefined
  const next = placements.findIndex(({ spot }, at) => at > index && !(spot && end.spotIsOver === true))
  return next < 0 ? undefined : next
}

const isSpot = ({ placements = [] }: AttemptPolicy, index: number): boolean => placements[index]?.spot === true

const isNamed = (cause: EndCause, { on }: AttemptPolicy): boolean => on.includes(cause as RetryCause)

function endInWords({ cause, waitedSeconds }: EndedAttempt, placement: Placement | undefined): string {
  const words = causesInWords[cause] ?? cause
  if (waitedSeconds === undefined || placement === undefined) return words
  const span = describeSeconds(waitedSeconds)
  return cause === 'capacity'
    ? `there were no spot machines of type ${placement.instanceTypes[0]} for ${span}`
    : `${words}, and none came back; it waited for ${span} in all`
}

const causesInWords: Readonly<Record<string, string>> = {
  capacity: 'there were no machines',
  interruption: 'its machines were taken away',
  internal: 'SageMaker had an internal error',
}

/** What is known of the task's newest job. */
export interface AttemptBefore {
  readonly isSameRun: boolean
  readonly attempt: AttemptNumber | undefined
  readonly place: AttemptPlace
  /** `undefined` while it runs. */
  readonly end: AttemptEnd | undefined
}

/** Which attempt a job is. */
export interface AttemptAt {
  readonly number: AttemptNumber
  readonly place: AttemptPlace
}

/**
 * The attempt that starts now. A client that died between two attempts leaves a job whose record says which attempt it was: the
 * next client goes on counting. After a success, a stop, or the last attempt, counting starts anew.
 */
export function attemptToStart(policy: AttemptPolicy, before: AttemptBefore | undefined): AttemptAt {
  const first = { number: { number: 1, of: mostJobs(policy) }, place: firstPlace }
  if (before?.attempt === undefined || before.end === undefined || !before.isSameRun) return first
  const next = afterAttempt(policy, before.attempt, before.place, before.end)
  return next.kind === 'again' ? { number: next.attempt, place: next.place } : first
}

const nothingSpent: SpentTime = { runSeconds: 0, waitSeconds: 0 }

type Times = Pick<JobState, 'phase' | 'phases' | 'createdAtMs' | 'startedAtMs' | 'endedAtMs'>

/** The time that a job and the attempts before it used: running; waiting and running together; waiting for spot machines. */
export function spentWith(before: SpentTime = nothingSpent, state: Times, isSpot = true): SpentTime {
  const { createdAtMs, startedAtMs, endedAtMs = createdAtMs } = state
  const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000))
  const { spotWaitSeconds = 0 } = before
  return {
    runSeconds: before.runSeconds + (startedAtMs === undefined ? 0 : seconds(endedAtMs - startedAtMs - waitedAgainMs(state))),
    waitSeconds: before.waitSeconds + seconds(endedAtMs - createdAtMs),
    spotWaitSeconds: spotWaitSeconds + (isSpot ? seconds(waitedMs(state, endedAtMs)) : 0),
  }
}

/** How long an attempt may wait for its machines: the spot types that are left share what is left equally; `undefined`: no limit. */
export function shareOfWait(spec: TaskSpec, { index }: AttemptPlace, spent: SpentTime | undefined): number | undefined {
  const placements = placementsOf(spec)
  if (spec.spotWait === undefined || placements[index]?.spot !== true) return undefined
  return Math.max(1, Math.floor(spotWaitLeft(spec, spent) / placements.filter(({ spot }, at) => spot && at >= index).length))
}

const spotWaitLeft = ({ spotWait }: TaskSpec, spent: SpentTime | undefined): number =>
  spotWait === undefined ? Number.POSITIVE_INFINITY : spotWait.seconds - (spent?.spotWaitSeconds ?? 0)

// Less than any machine takes to start: what is left after the clocks of two computers were compared.
const leastWaitSeconds = 60

/** Whether no time is left: to run at all, and on spot machines. */
export function timeLeft(spec: TaskSpec, spent: SpentTime): Pick<EndedAttempt, 'timeIsUp' | 'spotIsOver'> {
  return {
    timeIsUp: limitsLeft({ maxRunSeconds: spec.maxRunSeconds }, spent) === undefined,
    spotIsOver: limitsLeft(spec, spent) === undefined || spotWaitLeft(spec, spent) < leastWaitSeconds,
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
