import { describeChange } from '../../bundle/fingerprint.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { newJobName } from '../../names/job-name.ts'
import { withoutSecrets } from '../../request/request-overrides.ts'
import { jobRequest } from '../../request/request.ts'
import type { Decision, TaskHistory } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { RunContext } from '../context.ts'
import { decide, type RunWish } from '../past/decide.ts'
import { readHistory } from '../past/history.ts'
import { hasState } from '../past/state.ts'
import { takeAim, type Aim } from '../prepare/aim.ts'
import { checkHyperparameters } from '../prepare/hyperparameters.ts'
import { pinnedCode } from '../prepare/code.ts'
import { requestFacts, roleNeed } from '../prepare/prepare.ts'
import { warningsFor } from '../prepare/warnings.ts'
import type { Explanation, Plan, PlannedUpload } from './plan.ts'

/** Everything a run would do. Writes nothing. */
export async function planTask(spec: TaskSpec, wish: RunWish, context: RunContext, needs: readonly string[]): Promise<Plan> {
  const { aim, decision } = await look(spec, wish, context)
  return {
    task: spec.task,
    decision,
    fingerprint: aim.fingerprint,
    request: await requestOf(aim, context),
    uploads: decision.kind === 'start' ? uploadsOf(aim) : [],
    skipped: aim.code?.skipped.paths ?? [],
    warnings: [...(await warningsFor(spec, context.platform)), ...aim.inputs.flatMap(({ missing }) => missing ?? [])],
    needs,
  }
}

/** Whether a run would skip, join or start, and why. Writes nothing. */
export async function explainTask(spec: TaskSpec, wish: RunWish, context: RunContext): Promise<Explanation> {
  const { aim, decision } = await look(spec, wish, context)
  return { task: spec.task, decision, fingerprint: aim.fingerprint, sentence: sentenceOf(spec.task, decision) }
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
  wish: RunWish,
  context: RunContext,
): Promise<{ readonly aim: Aim; readonly decision: Decision }> {
  const aim = await takeAim(await checkHyperparameters(spec), context, { dryRun: true })
  return { aim, decision: decide(await historyIfAny(aim, context), aim, wish) }
}

/** A bucket that a run would make has no history. */
async function historyIfAny(aim: Aim, context: RunContext): Promise<TaskHistory> {
  try {
    return await readHistory(aim.spec.task, aim.layout, [aim.spec.kind], context.platform, { signal: context.signal })
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return {}
    throw cause
  }
}

async function requestOf(aim: Aim, context: RunContext): Promise<Plan['request']> {
  const { platform, signal } = context
  const { spec } = aim
  const imageUri = await platform.images.resolve(
    { image: spec.image, kind: spec.kind, instanceType: spec.instanceType },
    { signal },
  )
  const roleArn = await platform.roles.expected(roleNeed(aim, imageUri), { signal })
  const job = newJobName(spec.task, context.clock.now())
  const code = await pinnedCode(aim, job, context)
  const facts = requestFacts(aim, job, {
    imageUri,
    roleArn,
    hasState: await stateIfAny(aim, context),
    ...(code === undefined ? {} : { code }),
  })
  return jobRequest(withoutSecrets(spec), facts)
}

async function stateIfAny(aim: Aim, context: RunContext): Promise<boolean> {
  try {
    return await hasState(aim.layout, context.platform, context.signal)
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return false
    throw cause
  }
}

function uploadsOf(aim: Aim): readonly PlannedUpload[] {
  const code: PlannedUpload = {
    what: 'code',
    to: `${aim.layout.root}<job>/source/`,
    files: aim.code?.files.length ?? 0,
    bytes: aim.code?.bytes ?? 0,
    keptFiles: 0,
    removedFiles: 0,
  }
  const inputs = aim.inputs.flatMap(({ local, resolved }) => {
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
  return aim.code === undefined ? inputs : [code, ...inputs]
}
