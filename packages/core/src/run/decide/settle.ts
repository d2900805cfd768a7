import type { AttemptNumber, SpentTime, TaskHistory } from '../../spec/result.ts'
import { isTerminal } from '../../platform/jobs.ts'
import { endOf, type Attempt } from '../attempt.ts'
import type { TaskContext } from '../context.ts'
import { attemptToStart, limitsLeft, oneAttempt, spentWith, type AttemptBefore, type NextStep } from '../policy.ts'
import type { OpenedTask, ResolvedTask } from '../resolve/resolve-task.ts'
import { assertStateIsFree } from '../state.ts'
import type { Start } from '../submit/start.ts'
import { submitJob } from '../submit/submit.ts'
import type { RunPolicy } from '../run-options.ts'
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
      const number = record?.attempt ?? { number: 1, of: oneAttempt.attempts }
      return { decision, job: decision.job, number, spent: record?.spent }
    }
    if (seen.isHeld) {
      context.tell({ type: 'waited-for-starter' })
      await untilFree(layout.lease, context)
      continue
    }
    if (policy.clean === true) assertStateIsFree(spec.task, seen.history.newest?.state, context.platform.abilities.commandLine)
    const attempt = await start(task, { decision, past: seen, policy, ...counted(seen, task, policy) }, context)
    if (attempt !== undefined) return attempt
  }
}

/** The attempt that was to be started, when another client started it and it has ended by now. */
function madeByAnother({ newest }: TaskHistory, task: ResolvedTask, expected: AttemptNumber): Attempt | undefined {
  if (newest?.record?.attempt === undefined || newest.record.fingerprint !== task.fingerprint) return undefined
  const { state, record } = newest
  const { attempt: number = expected, spent } = record
  if (!isTerminal(state.status) || state.status === 'completed' || state.neverBegan === true || number.number < expected.number)
    return undefined
  const job = { kind: state.kind, name: state.name }
  return { decision: { kind: 'join', job, because: 'another client made this attempt' }, job, number, spent }
}

/** Which attempt starts now, and what those before it used of their time. */
function counted({ history }: TaskPast, task: ResolvedTask, policy: RunPolicy): Pick<Start, 'number' | 'spent'> {
  const { newest } = history
  const isAnew = newest === undefined || policy.force === true || policy.clean === true
  const number = attemptToStart(task.spec.retry ?? oneAttempt, isAnew ? undefined : beforeNow(newest, task))
  const spent = isAnew || number.number === 1 ? undefined : spentWith(newest.record?.spent, newest.state)
  return { number, spent }
}

function beforeNow({ state, record }: NonNullable<TaskHistory['newest']>, task: ResolvedTask): AttemptBefore {
  return {
    isSameRun: record?.fingerprint === task.fingerprint,
    attempt: record?.attempt,
    end: isTerminal(state.status) ? endOf(state, record?.spent, task.spec) : undefined,
  }
}

/** Starts the task's next job under its lease; `undefined` when somebody else had the lease since it was looked at. */
async function start(task: ResolvedTask, about: Start, context: TaskContext): Promise<Attempt | undefined> {
  const { decision, number, spent } = about
  const lease = takeLease(task.layout.lease, about.past.lease, context)
  try {
    return { job: await submitJob(withTimeLeft(task, spent), about, lease, context), decision, number, spent }
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

/** The task with what is left of its time: all attempts together have what one would have. */
function withTimeLeft(task: ResolvedTask, spent: SpentTime | undefined): ResolvedTask {
  return spent === undefined ? task : { ...task, spec: { ...task.spec, ...limitsLeft(task.spec, spent) } }
}
