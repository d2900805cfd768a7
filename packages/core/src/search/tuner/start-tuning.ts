import { tunedModuleFile, tunedPlanFile } from '@simple-sagemaker/worker-toolkit/contract'
import { tunedModuleBytes } from '../../bundle/launcher.ts'
import { sha256 } from '../../files/digest/digest.ts'
import { jobName } from '../../names/job-name.ts'
import type { Tuner } from '../../platform/tuner.ts'
import { LeaseLost, takeLease, untilFree } from '../../run/decide/lease.ts'
import type { TaskContext } from '../../run/context.ts'
import { imageNeed } from '../../run/resolve/image-need.ts'
import { openTask, type ResolvedTask } from '../../run/resolve/resolve-task.ts'
import { sendCode } from '../../run/submit/code.ts'
import { placeAndTypes, requestFacts, roleNeed } from '../../run/submit/request-facts.ts'
import { sendInputs, sendManifests } from '../../run/submit/send-inputs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { SearchPlan } from '../plan.ts'
import { tunedProgram } from './tuned-program.ts'
import { tuningRequest, type TuningFacts } from './tuning-request.ts'

/** The task that keeps what the tuning jobs need, with everything but what they choose. */
export function tunedSpec({ task, over }: SearchPlan, named: TaskSpec['task']): TaskSpec {
  const searched = over.kind === 'space' ? over.space : {}
  const fixed = Object.entries(task.hyperparameters).filter(([name]) => !Object.hasOwn(searched, name))
  return { ...task, task: named, hyperparameters: Object.fromEntries(fixed) }
}

/** Starts a tuning job unless there is one of its name: of several clients one prepares it, and the others wait. */
export async function startTuning(
  plan: SearchPlan,
  spec: TaskSpec,
  tuning: Omit<TuningFacts, 'planSha256'>,
  tuner: Tuner,
  context: TaskContext,
): Promise<void> {
  for (;;) {
    const { task, past } = await openTask(spec, context)
    if ((await tuner.describe(tuning.name, context)) !== undefined) return
    if (past.isHeld) {
      context.tell({ type: 'waited-for-starter' })
      await untilFree(task.layout.lease, context)
      continue
    }
    const lease = takeLease(task.layout.lease, past.lease, context)
    try {
      const request = await prepare(
        plan,
        task,
        tuning,
        lease.then(() => undefined),
        context,
      )
      await (await lease).confirm()
      context.signal.throwIfAborted()
      // Without the signal: an answer that nobody waits for could be a tuning job that nobody knows of.
      await tuner.start(request)
      return
    } catch (cause) {
      if (!(cause instanceof LeaseLost)) throw cause
    } finally {
      await lease.then(
        (held) => held.release(),
        () => undefined,
      )
    }
  }
}

async function prepare(
  plan: SearchPlan,
  task: ResolvedTask,
  tuning: Omit<TuningFacts, 'planSha256'>,
  granted: Promise<void>,
  context: TaskContext,
): Promise<ReturnType<typeof tuningRequest>> {
  const { spec } = task
  const { platform, signal } = context
  const job = jobName(tuning.name)
  await granted
  const imageUri = await platform.images.resolve(imageNeed(spec), { signal })
  const module = spec.launch === 'toolkit' ? undefined : await tunedModuleBytes()
  let planSha256: string | undefined
  const [code, roleArn] = await Promise.all([
    sendCode(task, job, context, ({ entry }) => {
      if (module === undefined) return {}
      const program = tunedProgram(spec, plan.over.kind === 'space' ? plan.over.space : {}, entry)
      planSha256 = sha256(program)
      return { [tunedModuleFile]: module, [tunedPlanFile]: program }
    }),
    platform.roles.ensure(roleNeed(task, imageUri), { signal }),
    sendInputs(task, granted, context),
    sendManifests(task, job, context),
  ])
  const made = {
    imageUri,
    roleArn,
    hasState: false,
    ...(await placeAndTypes(spec, context)),
    ...(code === undefined ? {} : { code }),
  }
  const pinned = planSha256 === undefined ? {} : { planSha256 }
  return tuningRequest(plan, spec, requestFacts(task, job, made), { ...tuning, ...pinned })
}
