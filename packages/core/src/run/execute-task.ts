import { isSsmError } from '../errors/ssm-error.ts'
import type { JobRef } from '../platform/jobs.ts'
import { placementsOf } from '../spec/machines/placements.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { runsNode } from '../request/launch-settings.ts'
import { attemptsUpTo, attemptEnd, followAttempt, type Attempt, type EndedAttemptJob } from './attempt.ts'
import type { TaskContext, TaskSession } from './context.ts'
import { settle, settleAgain } from './decide/settle.ts'
import { endedBadly, RunAbortedError } from './follow/errors.ts'
import { warnOfNothingKept } from './follow/nothing-kept.ts'
import { afterAttempt, attemptPolicyOf, type NextStep } from './policy.ts'
import { checkDeclared } from './resolve/declared/documents.ts'
import { openTask, type ResolvedTask } from './resolve/resolve-task.ts'
import { taskResult } from './results/collect.ts'
import type { TaskResult } from './results/task-result.ts'
import type { RunPolicy } from './run-options.ts'

/** A task of a session. */
export interface TaskOfSession {
  readonly spec: TaskSpec
  readonly policy: RunPolicy
  /** Whether it is the task that was asked for, and not one that it needs. */
  readonly isTarget: boolean
  readonly upstream: TaskContext['upstream']
}

/** Runs one task: skip, join or start it; follow its job; try again as the policy demands; collect the result. */
export async function executeTask(given: TaskOfSession, session: TaskSession): Promise<TaskResult> {
  let job: JobRef | undefined
  let platform: string | undefined
  try {
    session.preparing.throwIfAborted()
    const context = await session.contextOf(given.spec, given.upstream)
    platform = context.platform.abilities.commandLine
    const following = { ...context, signal: session.leaving }
    const { task, first } = await session.inTurn(async () => {
      const opened = await openTask(await checkDeclared(given.spec), context)
      return { task: opened.task, first: await settle(opened, given.policy, context) }
    })
    for (let attempt = first; ;) {
      const isSkipped = attempt.decision.kind === 'skip'
      job = attempt.job
      session.reached({ platform: context.platform, job, isOwn: attempt.decision.kind === 'start', isOver: isSkipped }, given)
      const ended = await followToEnd(attempt, task, session, following)
      // Whoever stopped the run meant all of it.
      const waitEnded = session.isStopped(job) ? undefined : ended.waitEnded
      const end = attemptEnd(ended.state, { ...attempt, waitEnded, isOwn: attempt.decision.kind === 'start' }, task.spec)
      const next = afterAttempt(attemptPolicyOf(task.spec), attempt.number, attempt.place, end)
      if (next.kind === 'give-up')
        throw endedBadly({ ...ended, waitEnded, attempt: attempt.number, isNode: runsNode(task.spec) }, platform)
      if (next.kind === 'done') {
        if (!isSkipped) await warnOfNothingKept(task, job, following)
        const attempts = await attemptsUpTo(task, attempt, ended.state, following)
        const result = await taskResult(task, attempt.decision, ended, attempts, following)
        context.tell({ type: 'finished', outcome: { kind: 'completed', job: job.name, skipped: isSkipped } })
        return result
      }
      const before = attempt
      // Whoever leaves during the pause leaves no job behind.
      job = undefined
      attempt = await tryAgain(task, next, before, context)
    }
  } catch (cause) {
    if (!session.preparing.aborted || isSsmError(cause)) throw cause
    throw new RunAbortedError(given.spec.task, job, cause, { isStopped: job !== undefined && session.isStopped(job), platform })
  }
}

/** Follows an attempt to the end of its job, which is then nobody's to stop; with what it cost, when somebody wants to know. */
async function followToEnd(
  attempt: Attempt,
  task: ResolvedTask,
  session: TaskSession,
  context: TaskContext,
): Promise<EndedAttemptJob> {
  const ended = await followAttempt(attempt, task, context)
  session.ended(attempt.job)
  if (task.spec.mlflow?.log === true) await (await import('./tracking/log-run.ts')).logRun(task, ended.state, context)
  if (attempt.decision.kind === 'skip') return ended
  const money = await context.money?.(context.platform)
  await money?.settle(task.spec, task.bucket, ended.state, context)
  return ended
}

/** Tells that another attempt follows, waits, and starts it. */
async function tryAgain(
  task: ResolvedTask,
  next: Extract<NextStep, { readonly kind: 'again' }>,
  { job }: Attempt,
  context: TaskContext,
): Promise<Attempt> {
  const { because, attempt, pauseSeconds, place } = next
  const placements = placementsOf(task.spec)
  const machines = placements.length === 1 ? undefined : placements[place.index]
  context.tell({
    type: 'retried',
    job: job.name,
    because,
    attempt,
    pauseSeconds,
    ...(machines === undefined ? {} : { machines }),
  })
  await context.clock.sleep(pauseSeconds * 1_000, context.signal)
  return settleAgain(task, next, context)
}
