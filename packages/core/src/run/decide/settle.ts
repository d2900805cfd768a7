import type { AttemptNumber, TaskHistory } from '../../spec/result.ts'
import type { Attempt } from '../attempt.ts'
import type { TaskContext } from '../context.ts'
import { attemptToStart, oneAttempt, type NextStep } from '../policy.ts'
import type { OpenedTask, ResolvedTask } from '../resolve/resolve-task.ts'
import { assertStateIsFree } from '../state.ts'
import type { Start } from '../submit/start.ts'
import { submitJob } from '../submit/submit.ts'
import type { RunPolicy } from '../run-options.ts'
import { decide } from './decide.ts'
import { LeaseLost, takeLease, untilFree } from './lease.ts'
import { lookAtPast } from './past.ts'

/**
 * Skips, joins or starts a task, so that of many clients that come here at once one starts it and the others join. Its past
 * is looked at again whenever somebody else turns out to be at work.
 */
export async function settle({ task, past }: OpenedTask, policy: RunPolicy, context: TaskContext): Promise<Attempt> {
  const { spec, layout } = task
  for (let seen = past; ; seen = await lookAtPast(spec, layout, context)) {
    const decision = decide(seen.history, task, policy)
    if (decision.kind !== 'start') {
      context.tell({ type: 'decided', decision })
      if (seen.history.newest?.state.unstored === true) await context.platform.jobs.storeResults?.(decision.job, context)
      const number = seen.history.newest?.record?.attempt ?? { number: 1, of: oneAttempt.attempts }
      return { decision, job: decision.job, number }
    }
    if (seen.isHeld) {
      context.tell({ type: 'waited-for-starter' })
      await untilFree(layout.lease, context)
      continue
    }
    if (policy.clean === true) assertStateIsFree(spec.task, seen.history.newest?.state, context.platform.abilities.commandLine)
    const attempt = await start(task, { decision, number: numberOf(seen.history, task), past: seen, policy }, context)
    if (attempt !== undefined) return attempt
  }
}

/** Starts the task's next job after one that failed, unless somebody else does. */
export async function settleAgain(
  task: ResolvedTask,
  next: Extract<NextStep, { readonly kind: 'again' }>,
  context: TaskContext,
): Promise<Attempt> {
  const changed = { ...task, spec: { ...task.spec, ...next.changes } }
  return settle({ task: changed, past: await lookAtPast(task.spec, task.layout, context) }, {}, context)
}

function numberOf({ newest }: TaskHistory, { fingerprint }: ResolvedTask): AttemptNumber {
  if (newest === undefined) return attemptToStart(oneAttempt, undefined)
  const { state, record } = newest
  return attemptToStart(oneAttempt, {
    status: state.status,
    isSameRun: record?.fingerprint === fingerprint,
    attempt: record?.attempt,
  })
}

/** Starts the task's next job under its lease; `undefined` when somebody else had the lease since it was looked at. */
async function start(task: ResolvedTask, about: Start, context: TaskContext): Promise<Attempt | undefined> {
  const lease = takeLease(task.layout.lease, about.past.lease, context)
  try {
    return { job: await submitJob(task, about, lease, context), decision: about.decision, number: about.number }
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
