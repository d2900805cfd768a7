import { terms, wording } from '../../errors/wording.ts'
import { allOrAbort } from '../../lang/all-or-abort.ts'
import { newJobName, type JobName } from '../../names/job-name.ts'
import { warmNotes } from '../../names/layout.ts'
import type { ImageProgress } from '../../platform/images.ts'
import type { JobRef, JobRequest, StartOptions } from '../../platform/jobs.ts'
import type { RequestFacts } from '../../request/facts.ts'
import { jobRequest } from '../../request/request.ts'
import { placedOn } from '../../spec/machines/placements.ts'
import type { JobRecord } from '../../spec/result.ts'
import type { TaskContext } from '../context.ts'
import type { Lease } from '../decide/lease.ts'
import { imageNeed } from '../resolve/image-need.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import {
  assertStateIsFree,
  bringFormerState,
  cleanState,
  hasAnyState,
  hasManyFiles,
  hasState,
  manyFilesWarning,
  otherStateWarning,
  stateOrigin,
} from '../state.ts'
import type { Commitment } from '../money/money.ts'
import { noteWarm } from '../warm/offers.ts'
import { sendCode } from './code.ts'
import { gateFor } from './gate.ts'
import { sendInputs, sendManifests } from './send-inputs.ts'
import { placeAndTypes, requestFacts, roleNeed } from './request-facts.ts'
import { pythonFor, startOptions } from './python.ts'
import type { Start } from './start.ts'
import { tellWarnings } from './warnings.ts'
import { writeObject } from './write.ts'

/** How long what was prepared in vain may take to be removed. */
const tidyingMs = 5_000

/**
 * Prepares a job, all that can be at once, and submits it. What goes into the job's own folder need not wait for the lease;
 * nothing that others see is changed before it is there.
 * @throws {LeaseLost} when another client may have started the task meanwhile.
 */
export async function submitJob(task: ResolvedTask, start: Start, lease: Promise<Lease>, context: TaskContext): Promise<JobRef> {
  const job = { kind: task.spec.kind, name: newJobName(task.spec.task, context.clock.now(), { after: start.past.jobs[0] }) }
  let prepared: Prepared
  let commitment: Commitment | undefined
  try {
    prepared = await prepare(task, start, job.name, lease, context)
    commitment = await commit(task, start, job.name, prepared, context)
    await noteWarm(task, job.name, prepared.request, context)
    await (await lease).confirm()
    context.signal.throwIfAborted()
  } catch (cause) {
    await commitment?.release()
    await removeJobFolder(task, job.name, context)
    throw cause
  }
  // Without the signal: an answer that nobody waits for could be a job that nobody knows of.
  const submit = (): Promise<void> => context.platform.jobs.start(prepared.request, prepared.options)
  await (commitment === undefined ? submit() : commitment.submit(submit))
  context.tell({ type: 'submitted', job })
  return job
}

/** What the job may cost, when somebody wants to know. */
async function commit(
  { spec, bucket }: ResolvedTask,
  { number }: Start,
  job: JobName,
  { request }: Prepared,
  context: TaskContext,
): Promise<Commitment | undefined> {
  const money = await context.money?.(context.platform)
  return money?.commit({ spec, bucket, job, request, number }, context)
}

interface Prepared {
  readonly request: JobRequest
  readonly options: StartOptions
}

async function prepare(
  task: ResolvedTask,
  start: Start,
  job: JobName,
  lease: Promise<Lease>,
  context: TaskContext,
): Promise<Prepared> {
  const gate = gateFor(context.tell)
  const [, code, , , identity, state, , python] = await allOrAbort(context.signal, (signal) => {
    const gated = { ...context, signal, tell: gate.tell }
    const granted = lease.then(async () => {
      context.tell({ type: 'decided', decision: start.decision })
      await tellWarnings(task, start, context)
      gate.open()
    })
    return [
      granted,
      sendCode(task, job, gated),
      sendInputs(task, granted, gated),
      sendManifests(task, job, gated),
      imageAndRole(task, granted, gated),
      stateFor(task, start, granted, gated),
      writeRecord(task, start, job, gated),
      pythonFor(task.spec, gated),
    ]
  })
  const made = { ...identity, ...state, ...(await placeAndTypes(task.spec, context)), ...(code === undefined ? {} : { code }) }
  const spec = placedOn(task.spec, start.machines)
  return { request: jobRequest(spec, requestFacts(task, job, made)), options: startOptions(task, python) }
}

async function imageAndRole(
  task: ResolvedTask,
  granted: Promise<void>,
  context: TaskContext,
): Promise<Pick<RequestFacts, 'imageUri' | 'roleArn'>> {
  const { platform, signal } = context
  // A client that loses the lease shall not have built an image for it.
  if (task.spec.image.kind === 'dockerfile') await granted
  const onProgress = (progress: ImageProgress): void => context.tell({ type: 'image-progressed', progress })
  const imageUri = await platform.images.resolve(imageNeed(task.spec), { signal, onProgress })
  return { imageUri, roleArn: await platform.roles.ensure(roleNeed(task, imageUri), { signal }) }
}

const removesIt = wording`${terms.clean} removes it`

/** What the job is given of the state of earlier ones. */
async function stateFor(
  { spec, layout, ...identity }: ResolvedTask,
  { policy, past }: Start,
  granted: Promise<void>,
  context: TaskContext,
): Promise<Pick<RequestFacts, 'hasState' | 'stateFrom'>> {
  const { platform, signal } = context
  const origin = stateOrigin(past.history, identity)
  const isForeign = spec.keepsState === 'same-spec' && origin === 'other-spec' && (await hasAnyState(layout, platform, signal))
  if (policy.clean === true || isForeign) {
    assertStateIsFree(spec.task, past.history.newest?.state, platform.abilities.commandLine)
    await granted
    context.tell({ type: 'state-cleaned', files: await cleanState(layout, platform, signal) })
    return { hasState: false }
  }
  if (layout.formerState !== undefined) {
    await granted
    await bringFormerState(layout, platform, signal)
  }
  if (!(await hasState(layout, platform, signal))) return { hasState: false }
  if (origin === 'other-spec')
    context.tell({ type: 'warned', message: otherStateWarning(past.history, identity), hint: removesIt })
  if (spec.stateArchive !== true && (await hasManyFiles(layout, platform, signal)))
    context.tell({ type: 'warned', ...manyFilesWarning })
  return { hasState: true, stateFrom: origin }
}

/** Kept with the job before there is one: a job without a record could never be skipped. */
async function writeRecord(task: ResolvedTask, start: Start, job: JobName, context: TaskContext): Promise<void> {
  const { number, place, spent, machines } = start
  const record: JobRecord = {
    v: 1,
    job,
    kind: task.spec.kind,
    fingerprint: task.fingerprint,
    parts: task.parts,
    ...(Object.keys(task.spec.metrics).length === 0 ? {} : { metrics: task.spec.metrics }),
    createdAtMs: context.clock.now(),
    attempt: number,
    ...(spent === undefined ? {} : { spent }),
    ...(place.index === 0 && place.moves === 0 ? {} : { place }),
    machines,
    ...(Object.keys(task.spec.tags).length === 0 ? {} : { tags: task.spec.tags }),
  }
  await writeObject(task.layout.job(job).record, { kind: 'bytes', bytes: Buffer.from(JSON.stringify(record)) }, task, context)
}

/** Removes what was prepared for a job that is not submitted; best effort, for a folder without a job does no harm. */
async function removeJobFolder(
  { spec, bucket, layout, inputs }: ResolvedTask,
  job: JobName,
  { platform }: TaskContext,
): Promise<void> {
  const folder = layout.job(job)
  const exact = inputs.map(({ resolved }) => resolved).filter((input) => input.exact === true)
  const manifests = exact.map((input) => folder.manifest(input.channel))
  const { prefix, project } = spec
  const note = (spec.keepAliveSeconds ?? 0) > 0 ? [warmNotes({ bucket, prefix, project }).note(job), folder.warmOffers] : []
  const made = [folder.launcher, folder.launcherSettings, folder.bundle, folder.record, ...manifests, ...note]
  const signal = AbortSignal.timeout(tidyingMs)
  await platform.objects.remove(made, { signal }).catch(() => undefined)
}
