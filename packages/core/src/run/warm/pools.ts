import { isSsmError } from '../../errors/ssm-error.ts'
import { eachOf } from '../../lang/each-of.ts'
import { jobName, jobTimeMs, taskOfJob, type JobName } from '../../names/job-name.ts'
import { keyPrefix, warmNotes } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { projectName, type ProjectName } from '../../names/task-name.ts'
import type { Fields } from '../../options/did-you-mean.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState, WarmPoolState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { PriceChoice } from '../../cost/choice.ts'
import type { Cost } from '../../spec/money/cost.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from '../lookup/given.ts'
import type { StoragePlace } from '../lookup/projects.ts'
import type { WarmPool } from '../plan.ts'

/** Where the notes about warm machines of a project are. */
export interface WarmPlace {
  readonly bucket: string
  readonly prefix: string
  readonly project: ProjectName
}

const mostAtOnce = 8
/** A note is written before its job is submitted: one this young without a job may be about to get it. */
const youngMs = 3_600_000

/** How warm machines are listed. */
export interface WarmPoolOptions extends Abortable {
  /** Where prices are from; without them nothing is said about costs. */
  readonly prices?: PriceChoice
}

const poolFields: Fields<WarmPoolOptions> = { signal: true, prices: true }

/** The warm machines of a project's jobs, the newest job first; none where a platform keeps none. */
export async function listWarmPools(
  project: string,
  given: StoragePlace,
  options: WarmPoolOptions = {},
): Promise<readonly WarmPool[]> {
  assertGiven('listWarmPools', [...placeProblemsOf(given), ...optionProblemsOf(options, poolFields)])
  const { platform, bucket, prefix = '' } = given
  const { signal = new AbortController().signal, prices } = options
  if (platform.jobs.keepWarm === undefined) return []
  const name = await platform.objects.bucket(bucket, { dryRun: true, signal })
  const place = { bucket: name, prefix: keyPrefix(prefix), project: projectName(project) }
  const states = await notedPools(place, platform, signal, Date.now())
  if (prices === undefined || states.length === 0) return states.map((state) => poolOf(state, platform))
  const { openMoney } = await import('../money/open-money.ts')
  const money = await openMoney({ prices }, platform)
  return Promise.all(states.map(async (state) => poolOf(state, platform, await money.costOf(state))))
}

/** A job that has machines which another one may get. */
export type WarmJob = JobState & { readonly warmPool: WarmPoolState }

/** Jobs of the project that have warm machines, the newest first. Notes about those that have none any more are removed. */
export async function notedPools(
  place: WarmPlace,
  platform: Platform,
  signal: AbortSignal,
  nowMs: number,
): Promise<readonly WarmJob[]> {
  const found: WarmJob[] = []
  const gone: ObjectUri[] = []
  await eachOf(
    await notesIn(place, platform, signal),
    mostAtOnce,
    async ({ job, uri }) => {
      const state = await platform.jobs.describe({ kind: 'training', name: job }, { signal })
      if (state !== undefined && isHeld(state)) found.push(state)
      else if (state !== undefined || nowMs - (jobTimeMs(job) ?? 0) > youngMs) gone.push(uri)
    },
    signal,
  )
  // Whoever may only read sees them again the next time.
  if (gone.length > 0) await platform.objects.remove(gone, { signal }).catch(() => undefined)
  return found.sort((one, other) => other.createdAtMs - one.createdAtMs || (one.name < other.name ? 1 : -1))
}

function isHeld(state: JobState): state is WarmJob {
  const status = state.warmPool?.status
  return status === 'available' || status === 'in-use'
}

interface Note {
  readonly job: JobName
  readonly uri: ObjectUri
}

async function notesIn(place: WarmPlace, platform: Platform, signal: AbortSignal): Promise<readonly Note[]> {
  const notes: Note[] = []
  const { folder } = warmNotes(place)
  try {
    for await (const { uri } of platform.objects.list(folder, { signal })) {
      const name = nameIn(uri.slice(folder.length))
      if (name !== undefined) notes.push({ job: name, uri })
    }
  } catch (cause) {
    // No bucket yet: no jobs.
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return notes
}

function nameIn(text: string): JobName | undefined {
  try {
    return jobName(text)
  } catch {
    return undefined
  }
}

function poolOf(state: WarmJob, platform: Platform, cost?: Cost): WarmPool {
  const { name, machines, instanceType, warmSeconds = 0, warmPool, endedAtMs } = state
  const { keepSeconds, settings } = warmPool
  return {
    task: taskOfJob(name) ?? '',
    job: name,
    status: warmPool.status === 'available' ? 'available' : 'in-use',
    ...(instanceType === undefined ? {} : { instanceType }),
    machines,
    keepSeconds,
    ...(endedAtMs === undefined ? {} : { untilMs: endedAtMs + keepSeconds * 1_000 }),
    keptSeconds: warmSeconds,
    ...(cost?.kind === 'known' ? { keptUsd: cost.warmUsd, usdPerHour: cost.usdPerHour } : {}),
    settings,
    end: async (options = {}) => platform.jobs.keepWarm?.({ kind: 'training', name }, 0, options),
  }
}
