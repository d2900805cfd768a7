import { describeChange } from '../bundle/fingerprint.ts'
import { isSsmError } from '../errors/ssm-error.ts'
import { newJobName } from '../names/job-name.ts'
import { withoutSecrets } from '../request/request-overrides.ts'
import { jobRequest } from '../request/request.ts'
import type { Decision, TaskHistory } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RunContext } from './context.ts'
import { decide, type RunPolicy } from './decide/decide.ts'
import { readHistory } from './decide/history.ts'
import { hasState } from './state.ts'
import { resolveTask, type ResolvedTask } from './resolve/resolve-task.ts'
import { checkHyperparameters } from './resolve/hyperparameters.ts'
import { pinnedCode } from './submit/code.ts'
import { requestFacts, roleNeed } from './submit/submit.ts'
import { warningsFor } from './submit/warnings.ts'
import type { Explanation, Plan, PlannedUpload } from './plan.ts'

/** Everything a run would do. Writes nothing. */
export async function planTask(spec: TaskSpec, policy: RunPolicy, context: RunContext, needs: readonly string[]): Promise<Plan> {
  const { task, decision } = await look(spec, policy, context)
  return {
    task: spec.task,
    decision,
    fingerprint: task.fingerprint,
    request: await requestOf(task, context),
    uploads: decision.kind === 'start' ? uploadsOf(task) : [],
    skipped: task.code?.skipped.paths ?? [],
    warnings: [...(await warningsFor(spec, context.platform)), ...task.inputs.flatMap(({ missing }) => missing ?? [])],
    needs,
  }
}

/** Whether a run would skip, join or start, and why. Writes nothing. */
export async function explainTask(spec: TaskSpec, policy: RunPolicy, context: RunContext): Promise<Explanation> {
  const { task, decision } = await look(spec, policy, context)
  return { task: spec.task, decision, fingerprint: task.fingerprint, sentence: sentenceOf(spec.task, decision) }
}

function sentenceOf(task: string, decision: Decision): string {
  switch (decision.kind) {
    case 'skip':
      return `${task} is skipped, because ${decision.because} (${decision.job.name})`
    case 'join':
      return `${task} is joined, because ${decision.because} (${decision.job.name})`
    case 'start': {
      const more =
        decision.changes.length > 3 ? `\n${decision.changes.map((change) => `  ${describeChange(change)}`).join('\n')}` : ''
      return `${task} is started, because ${decision.because}${more}`
    }
  }
}

async function look(
  spec: TaskSpec,
  policy: RunPolicy,
  context: RunContext,
): Promise<{ readonly task: ResolvedTask; readonly decision: Decision }> {
  const task = await resolveTask(await checkHyperparameters(spec), context, { dryRun: true })
  return { task, decision: decide(await historyIfAny(task, context), task, policy) }
}

/** A bucket that a run would make has no history. */
async function historyIfAny(task: ResolvedTask, context: RunContext): Promise<TaskHistory> {
  try {
    return await readHistory(task.spec.task, task.layout, [task.spec.kind], context.platform, { signal: context.signal })
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return {}
    throw cause
  }
}

async function requestOf(task: ResolvedTask, context: RunContext): Promise<Plan['request']> {
  const { platform, signal } = context
  const { spec } = task
  const imageUri = await platform.images.resolve(
    { image: spec.image, kind: spec.kind, instanceType: spec.instanceType },
    { signal },
  )
  const roleArn = await platform.roles.expected(roleNeed(task, imageUri), { signal })
  const job = newJobName(spec.task, context.clock.now())
  const code = await pinnedCode(task, job, context)
  const facts = requestFacts(task, job, {
    imageUri,
    roleArn,
    hasState: await stateIfAny(task, context),
    ...(code === undefined ? {} : { code }),
  })
  return jobRequest(withoutSecrets(spec), facts)
}

async function stateIfAny(task: ResolvedTask, context: RunContext): Promise<boolean> {
  try {
    return await hasState(task.layout, context.platform, context.signal)
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return false
    throw cause
  }
}

function uploadsOf(task: ResolvedTask): readonly PlannedUpload[] {
  const code: PlannedUpload = {
    what: 'code',
    to: `${task.layout.root}<job>/source/`,
    files: task.code?.files.length ?? 0,
    bytes: task.code?.bytes ?? 0,
    keptFiles: 0,
    removedFiles: 0,
  }
  const inputs = task.inputs.flatMap(({ local, resolved }) => {
    if (local === undefined) return []
    const { upload, keep, remove, bytes } = local.plan.plan
    return [
      {
        what: `input ${resolved.channel}`,
        to: resolved.uri,
        files: upload.length,
        bytes,
        keptFiles: keep.length,
        removedFiles: remove.length,
      },
    ]
  })
  return task.code === undefined ? inputs : [code, ...inputs]
}
