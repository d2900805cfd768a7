import { isSsmError } from '../../errors/ssm-error.ts'
import { jobName, type JobName } from '../../names/job-name.ts'
import { warmNotes, type TaskLayout } from '../../names/layout.ts'
import type { JobRequest, JobState } from '../../platform/jobs.ts'
import { warmSettings } from '../../spec/machines/warm-settings.ts'
import type { WarmStart } from '../../spec/result.ts'
import type { TaskContext } from '../context.ts'
import { readSmall } from '../decide/history.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { writeObject } from '../submit/write.ts'
import type { WarmOffer } from '../plan.ts'
import { differencesText, warmDifferences } from './differences.ts'
import { notedPools, type WarmJob } from './pools.ts'

/** Whether a request asks for its machines to be kept, where that is done at all. SageMaker gives warm machines to no other. */
export const asksForWarm = (request: JobRequest, { platform }: Pick<TaskContext, 'platform'>): boolean =>
  platform.jobs.keepWarm !== undefined &&
  request.kind === 'training' &&
  (request.input.ResourceConfig?.KeepAlivePeriodInSeconds ?? 0) > 0

/** The warm machines of the project for a job of this request. */
export async function warmOffers(
  { spec, bucket }: Pick<ResolvedTask, 'spec' | 'bucket'>,
  request: JobRequest,
  { platform, signal, clock }: Pick<TaskContext, 'platform' | 'signal' | 'clock'>,
): Promise<readonly WarmOffer[]> {
  if (request.kind !== 'training') return []
  const { prefix, project } = spec
  const wanted = warmSettings(request.input)
  const offers = await notedPools({ bucket, prefix, project }, platform, signal, clock.now())
  return offers.map((pool) => offerOf(pool, wanted))
}

const offerOf = ({ name, warmPool }: WarmJob, wanted: Readonly<Record<string, string>>): WarmOffer => ({
  job: name,
  isAvailable: warmPool.status === 'available',
  differences: warmDifferences(warmPool.settings, wanted),
})

/** What is to be said when machines wait, and none of them can be had. Pure. */
export function offersText(offers: readonly WarmOffer[]): readonly string[] {
  const waiting = offers.filter(({ isAvailable }) => isAvailable)
  if (waiting.some(({ differences }) => differences.length === 0)) return []
  return waiting.map(({ job, differences }) => `the warm machines of ${job} do not fit: ${differencesText(differences)}`)
}

/** Before a job is submitted that keeps its machines warm: notes it for others, and the machines that it may get itself. */
export async function noteWarm(task: ResolvedTask, job: JobName, request: JobRequest, context: TaskContext): Promise<void> {
  if (!asksForWarm(request, context)) return
  try {
    const offers = await warmOffers(task, request, context)
    for (const message of offersText(offers)) context.tell({ type: 'warned', message })
    const jobs = offers.filter(({ differences }) => differences.length === 0).map(({ job: name }) => name)
    const { prefix, project } = task.spec
    await writeObject(warmNotes({ bucket: task.bucket, prefix, project }).note(job), jsonBody({ v: 1 }), task, context)
    if (jobs.length > 0) await writeObject(task.layout.job(job).warmOffers, jsonBody({ v: 1, jobs }), task, context)
  } catch (cause) {
    context.signal.throwIfAborted()
    const why = isSsmError(cause) ? cause.message : String(cause)
    context.tell({ type: 'warned', message: `It will not be known whether ${job} gets warm machines: ${why}` })
  }
}

const jsonBody = (value: object) => ({ kind: 'bytes', bytes: Buffer.from(JSON.stringify(value)) }) as const

/** Whether a job got warm machines, from which job, and what keeping them had cost. */
export async function warmStartOf(
  { name }: Pick<JobState, 'name'>,
  layout: TaskLayout,
  { platform, signal, money }: Pick<TaskContext, 'platform' | 'signal' | 'money'>,
): Promise<WarmStart> {
  for (const from of offersIn(await readSmall(layout.job(name).warmOffers, platform, { signal }))) {
    const before = await platform.jobs.describe({ kind: 'training', name: from }, { signal })
    if (before?.warmPool?.reusedBy !== name) continue
    const cost = await (await money?.(platform))?.costOf(before)
    const usd = cost?.kind === 'known' ? { usd: cost.warmUsd } : {}
    return { isTaken: true, from, keptSeconds: before.warmSeconds ?? 0, ...usd }
  }
  return { isTaken: false }
}

function offersIn(text = '{}'): readonly JobName[] {
  try {
    const { v, jobs } = JSON.parse(text) as { readonly v?: unknown; readonly jobs?: unknown }
    return v === 1 && Array.isArray(jobs) ? jobs.map((name) => jobName(String(name))) : []
  } catch {
    return []
  }
}
