import { describeChanges } from '../../bundle/describe-change.ts'
import { textFor, wording, type Text } from '../../errors/wording.ts'
import { newJobName } from '../../names/job-name.ts'
import { withoutSecrets } from '../../request/request-overrides.ts'
import type { RequestFacts } from '../../request/facts.ts'
import { jobRequest } from '../../request/request.ts'
import { placementsOf } from '../../spec/machines/placements.ts'
import type { Decision } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { compareFolder } from '../../sync/folder.ts'
import type { TaskContext } from '../context.ts'
import { decide } from './decide.ts'
import { notAsked } from '../money/money.ts'
import { imageNeed } from '../resolve/image-need.ts'
import { checkDeclared } from '../resolve/declared/documents.ts'
import { lookAtTask, type OpenedTask, type ResolvedTask } from '../resolve/resolve-task.ts'
import type { Explanation, Plan, PlannedUpload } from '../plan.ts'
import type { RunPolicy } from '../run-options.ts'
import { hasManyFiles, hasState, manyFilesWarning, otherStateWarning, stateOrigin } from '../state.ts'
import { pinnedCode } from '../submit/code.ts'
import { pythonFor } from '../submit/python.ts'
import { placeAndTypes, requestFacts, roleNeed } from '../submit/request-facts.ts'
import { contentWarnings, warningsFor } from '../submit/warnings.ts'
import { asksForWarm, offersText, warmOffers } from '../warm/offers.ts'

/** Everything a run would do. Writes nothing. */
export async function planTask(spec: TaskSpec, policy: RunPolicy, context: TaskContext, needs: readonly string[]): Promise<Plan> {
  const { task, past, decision } = await look(spec, policy, context)
  const state = await stateOf({ task, past }, policy, context)
  const request = await requestOf({ task, past }, state, context)
  const money = await context.money?.(context.platform)
  const warm = asksForWarm(request, context) ? await warmOffers(task, request, context) : undefined
  const isOther = decision.kind === 'start' && state.stateFrom === 'other-spec'
  const warnings = [
    ...(await warningsFor(spec, context.platform)),
    ...contentWarnings(task),
    ...(isOther ? [otherStateWarning(past.history, task)] : []),
    ...task.inputs.flatMap(({ missing }) => missing ?? []),
    ...offersText(warm ?? []),
    ...(await sizeWarnings(task, state, context)),
  ]
  return {
    task: spec.task,
    decision,
    fingerprint: task.fingerprint,
    request,
    machines: placementsOf(spec),
    uploads: decision.kind === 'start' ? await uploadsOf(task, context) : [],
    skipped: task.code?.skipped.paths ?? [],
    ...saidTo(warnings),
    needs,
    ...(warm === undefined ? {} : { warm }),
    cost: (await money?.ceilingOf(request)) ?? notAsked,
  }
}

/** The warnings in the words of each reader; those of a command line only where they differ. */
function saidTo(texts: readonly Text[]): Pick<Plan, 'warnings' | 'commandLineWarnings'> {
  const warnings = texts.map((text) => textFor(text, 'library'))
  const commandLineWarnings = texts.map((text) => textFor(text, 'commandLine'))
  return commandLineWarnings.join() === warnings.join() ? { warnings } : { warnings, commandLineWarnings }
}

/** Whether a run would skip, join or start, and why. Writes nothing. */
export async function explainTask(spec: TaskSpec, policy: RunPolicy, context: TaskContext): Promise<Explanation> {
  // A file of prices that cannot be read is told here, too.
  await context.money?.(context.platform)
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
      const changes = describeChanges(decision.changes)
      const more = changes.length > 3 ? `\n${changes.map((change) => `  ${change}`).join('\n')}` : ''
      return `${task} is started, because ${decision.because}${more}`
    }
  }
}

async function sizeWarnings({ spec, layout }: ResolvedTask, { hasState: isThere }: State, context: TaskContext) {
  const isLarge = isThere && spec.stateArchive !== true && (await hasManyFiles(layout, context.platform, context.signal))
  return isLarge ? [wording`${manyFilesWarning.message}; ${manyFilesWarning.hint}`] : []
}

interface Looked extends OpenedTask {
  readonly decision: Decision
}

async function look(spec: TaskSpec, policy: RunPolicy, context: TaskContext): Promise<Looked> {
  const opened = await lookAtTask(await checkDeclared(spec), context)
  return { ...opened, decision: decide(opened.past.history, opened.task, policy) }
}

type State = Pick<RequestFacts, 'hasState' | 'stateFrom'>

async function requestOf({ task, past }: OpenedTask, state: State, context: TaskContext): Promise<Plan['request']> {
  const { platform, signal } = context
  const { spec } = task
  const imageUri = await platform.images.resolve(imageNeed(spec), { signal, dryRun: true })
  await pythonFor(spec, context)
  const roleArn = await platform.roles.expected(roleNeed(task, imageUri), { signal })
  const job = newJobName(spec.task, context.clock.now(), { after: past.jobs[0] })
  const code = await pinnedCode(task, job, context)
  const facts = requestFacts(task, job, {
    imageUri,
    roleArn,
    ...state,
    ...(await placeAndTypes(spec, context)),
    ...(code === undefined ? {} : { code }),
  })
  return jobRequest(withoutSecrets(spec), facts)
}

async function stateOf({ task, past }: OpenedTask, policy: RunPolicy, { platform, signal }: TaskContext): Promise<State> {
  const isForeign = task.spec.keepsState === 'same-spec' && stateOrigin(past.history, task) === 'other-spec'
  if (policy.clean === true || isForeign || !(await hasState(task.layout, platform, signal))) return { hasState: false }
  return { hasState: true, stateFrom: stateOrigin(past.history, task) }
}

async function uploadsOf(task: ResolvedTask, { platform, signal }: TaskContext): Promise<readonly PlannedUpload[]> {
  const code: PlannedUpload = {
    what: 'code',
    to: `${task.layout.root}<job>/source/`,
    files: task.code?.files.length ?? 0,
    bytes: task.code?.bytes ?? 0,
    keptFiles: 0,
    removedFiles: 0,
  }
  const inputs = await Promise.all(
    task.inputs.map(async ({ local, resolved }): Promise<readonly PlannedUpload[]> => {
      if (local === undefined) return []
      const { plan } = await compareFolder(local.folder, { ...local.target, objects: platform.objects, signal })
      const { upload, keep, remove, bytes } = plan
      const counts = { files: upload.length, bytes, keptFiles: keep.length, removedFiles: remove.length }
      return [{ what: `input ${resolved.channel}`, to: resolved.uri, ...counts }]
    }),
  )
  return [...(task.code === undefined ? [] : [code]), ...inputs.flat()]
}
