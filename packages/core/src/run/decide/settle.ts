import { placementsOf } from '../../spec/machines/placements.ts'
import type { AttemptNumber, JobRecord, PastJob, TaskHistory } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { isTerminal } from '../../platform/jobs.ts'
import { attemptEnd, type Attempt } from '../attempt.ts'
import type { TaskContext } from '../context.ts'
import {
  attemptToStart,
  firstPlace,
  limitsLeft,
  oneAttempt,
  attemptPolicyOf,
  spentWith,
  type AttemptBefore,
  type NextStep,
} from '../policy.ts'
import type { OpenedTask, ResolvedTask } from '../resolve/resolve-task.ts'
import { assertStateIsFree } from '../state.ts'
import type { Start } from '../submit/start.ts'
import { submitJob } from '../submit/submit.ts'
import type { RunPolicy } from '../run-options.ts'
import { assertCertified } from '../rehearse/certificates.ts'
import { decide } from './decide.ts'
import { LeaseLost, takeLease, untilFree } from './lease.ts'
import { lookAtPast, type TaskPast } from './past.ts'

/**
 * Skips, joins or starts a task, so that of many clients that come here at once one starts it and the others join. Its past
 * is looked at again whenever somebody else turns out to be at work.
 */
export function settle(opened: OpenedTask, policy: RunPolicy, context: TaskContext): Promise<Attempt> {
  return settleFrom(opened, policy, context)
}

/** Starts the task's next job after one that ended too early, unless somebody else did or does. */
export async function settleAgain(
  task: ResolvedTask,
  { attempt }: Extract<NextStep, { readonly kind: 'again' }>,
  context: TaskContext,
): Promise<Attempt> {
  return settleFrom({ task, past: await lookAtPast(task.spec, task.layout, context) }, {}, context, attempt)
}

async function settleFrom(
  { task, past }: OpenedTask,
  policy: RunPolicy,
  context: TaskContext,
  expected?: AttemptNumber,
): Promise<Attempt> {
  const { spec, layout } = task
  for (let seen = past; ; seen = await lookAtPast(spec, layout, context)) {
    const made = expected === undefined ? undefined : madeByAnother(seen.history, task, expected)
    if (made !== undefined) return made
    const decision = decide(seen.history, task, policy)
    if (decision.kind !== 'start') {
      context.tell({ type: 'decided', decision })
      const { state, record } = seen.history.newest ?? {}
      if (state?.unstored === true) await context.platform.jobs.storeResults?.(decision.job, context)
      return { decision, job: decision.job, ...atOf(record) }
    }
    if (seen.isHeld) {
      context.tell({ type: 'waited-for-starter' })
      await untilFree(layout.lease, context)
      continue
    }
    if (policy.clean === true) assertStateIsFree(spec.task, seen.history.newest?.state, context.platform.abilities.commandLine)
    await assertCertified(task, context)
    const attempt = await start(task, { decision, past: seen, policy, ...counted(seen, task, policy) }, context)
    if (attempt !== undefined) return attempt
  }
}

/** The attempt that was to be started, when another client started it and it has ended by now. */
function madeByAnother({ newest }: TaskHistory, task: ResolvedTask, expected: AttemptNumber): Attempt | undefined {
  if (newest?.record?.attempt === undefined || newest.record.fingerprint !== task.fingerprint) return undefined
  const { state, record } = newest
  const at = atOf(record)
  if (
    !isTerminal(state.status) ||
    state.status === 'completed' ||
    state.neverBegan === true ||
    at.number.number < expected.number
  )
    return undefined
  const job = { kind: state.kind, name: state.name }
  return { decision: { kind: 'join', job, because: 'another client made this attempt' }, job, ...at }
}

/** Which attempt a job is, as its record says. */
function atOf(record: JobRecord | undefined): Pick<Attempt, 'number' | 'place' | 'spent' | 'machines'> {
  const { attempt: number = { number: 1, of: oneAttempt.attempts }, place = firstPlace, spent, machines } = record ?? {}
  return { number, place, spent, machines }
}

type Counted = Pick<Start, 'number' | 'place' | 'spent' | 'machines'>

/** Which attempt starts now, and what those before it used of their time. */
function counted({ history }: TaskPast, { spec, fingerprint }: ResolvedTask, policy: RunPolicy): Counted {
  const { newest } = history
  const isAnew = newest === undefined || policy.force === true || policy.clean === true
  const at = attemptToStart(attemptPolicyOf(spec), isAnew ? undefined : beforeNow(newest, spec, fingerprint))
  const placements = placementsOf(spec)
  const machines = placements[at.place.index] ?? placements[0]
  if (isAnew || at.number.number === 1) return { ...at, spent: undefined, machines }
  const wasSpot = placements[newest.record?.place?.index ?? 0]?.spot === true
  return { ...at, spent: spentWith(newest.record?.spent, newest.state, wasSpot), machines }
}

function beforeNow({ state, record, waitEnded }: PastJob, spec: TaskSpec, fingerprint: string): AttemptBefore {
  const { spent, place } = atOf(record)
  return {
    isSameRun: record?.fingerprint === fingerprint,
    attempt: record?.attempt,
    place,
    end: isTerminal(state.status) ? attemptEnd(state, { spent, place, waitEnded }, spec) : undefined,
  }
}

/** Starts the task's next job under its lease; `undefined` when somebody else had the lease since it was looked at. */
async function start(task: ResolvedTask, about: Start, context: TaskContext): Promise<Attempt | undefined> {
  const { decision, number, place, spent, machines } = about
  const lease = takeLease(task.layout.lease, about.past.lease, context)
  try {
    const job = await submitJob(withTimeLeft(task, about), about, lease, context)
    return { job, decision, number, place, spent, machines }
  } catch (cause) {
    if (cause instanceof LeaseLost) return undefined
    throw cause
  } finally {
    await lease.then(
      (held) => held.release(),
      () => undefined,
    )
  }
}

/** The task with what is left of its time: all attempts together have what one would have. On demand nothing waits. */
function withTimeLeft(task: ResolvedTask, { spent, machines }: Start): ResolvedTask {
  if (spent === undefined) return task
  const { spec } = task
  const limits = machines.spot ? spec : { maxRunSeconds: spec.maxRunSeconds }
  return { ...task, spec: { ...spec, ...limitsLeft(limits, spent) } }
}
