import type { JobRef } from '../platform/jobs.ts'
import type { Decision } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RunContext } from './context.ts'
import { JobFailedError, JobStoppedError } from './follow/errors.ts'
import { followJob, recallJob, type EndedJob } from './follow/follow.ts'
import { decide, type RunPolicy } from './decide/decide.ts'
import { readHistory } from './decide/history.ts'
import { resolveTask, type ResolvedTask } from './resolve/resolve-task.ts'
import { checkHyperparameters } from './resolve/hyperparameters.ts'
import { LeaseLost, withLease } from './decide/lease.ts'
import { submit } from './submit/submit.ts'
import { tellWarnings } from './submit/warnings.ts'
import { taskResult } from './results/collect.ts'
import type { TaskResult } from './results/task-result.ts'

/** The story of one task: decide, start or join or recall, follow to the end, give the result. */
export async function runTask(spec: TaskSpec, policy: RunPolicy, context: RunContext): Promise<TaskResult> {
  const checked = await checkHyperparameters(spec)
  const task = await resolveTask(checked, context, { dryRun: false })
  const { decision, job } = await settle(task, policy, context)
  context.reached(job, decision)
  const ended = decision.kind === 'skip' ? await recallJob(job, context) : await followJob(job, checked.metrics, context)
  if (ended.state.status !== 'completed') throw endedBadly(ended, context.platform.name)
  const result = await taskResult(task, decision, ended, context)
  context.tell({ type: 'finished', outcome: { kind: 'completed', job: job.name, skipped: decision.kind === 'skip' } })
  return result
}

interface Settled {
  readonly decision: Decision
  readonly job: JobRef
}

async function settle(task: ResolvedTask, policy: RunPolicy, context: RunContext): Promise<Settled> {
  const early = await decision(task, policy, context)
  if (early.kind !== 'start') return decided(early, early.job, context)
  // Two clients may come to here at once: the one that gets the lease decides again, and so does the other after it.
  const started = withLease(task.layout.lease, context, async (lease) => {
    const late = await decision(task, policy, context)
    if (late.kind !== 'start') return decided(late, late.job, context)
    context.tell({ type: 'decided', decision: late })
    await tellWarnings(task, context)
    return { decision: late, job: await submit(task, policy, lease, context) }
  })
  return started.catch((cause: unknown) => {
    if (cause instanceof LeaseLost) return settle(task, policy, context)
    throw cause
  })
}

async function decision(task: ResolvedTask, policy: RunPolicy, context: RunContext): Promise<Decision> {
  const history = await readHistory(task.spec.task, task.layout, [task.spec.kind], context.platform, { signal: context.signal })
  return decide(history, task, policy)
}

function decided(decision: Decision, job: JobRef, context: RunContext): Settled {
  context.tell({ type: 'decided', decision })
  return { decision, job }
}

function endedBadly({ state, lastLines }: EndedJob, platform: string): Error {
  if (state.status === 'stopped') return new JobStoppedError(state)
  const failed = new JobFailedError(state, [])
  const lines = failed.machine === undefined ? [...lastLines.values()].flat().slice(-20) : lastLines.get(failed.machine)
  return new JobFailedError(state, lines ?? [], { platform })
}
