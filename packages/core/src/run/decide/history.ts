import { isSsmError } from '../../errors/ssm-error.ts'
import { readAtMost } from '../../files/read.ts'
import { isJobOf, type JobName } from '../../names/job-name.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { TaskName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { DescribeOptions, JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { JobRecord, PastJob, WaitEnded } from '../../spec/result.ts'
import { isWithoutProgram } from '../follow/waiting.ts'

// A folder without a job is a client that died between upload and create: rare, so this many in a row are the end.
const emptyFoldersInARow = 25

/** Of how many jobs the state is asked at once, at most: whoever looks for an older one asks for more and more. */
const mostAtOnce = 16

/** What a task's folder shows in one look. */
export interface TaskFolder {
  /** Names of its jobs, newest first: a name begins with its time. */
  readonly jobs: readonly JobName[]
  /** The etag of its lease as it was no later than the jobs were listed; `undefined` when there was none. */
  readonly lease: string | undefined
}

/** Looks at a task's folder: one listing. */
export async function lookAtFolder(
  task: TaskName,
  layout: TaskLayout,
  platform: Platform,
  options: Abortable,
): Promise<TaskFolder> {
  const jobs: JobName[] = []
  let lease: string | undefined
  try {
    for await (const child of platform.objects.children(layout.root, options)) {
      if (child.kind === 'folder' && isJobOf(task, child.name)) jobs.push(child.name)
      if (child.kind === 'object' && child.object.uri === layout.lease) lease = child.object.etag
    }
  } catch (cause) {
    // A bucket that is still to be made holds nothing.
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return { jobs: jobs.reverse(), lease }
}

/** A task's jobs, newest first. Finds those that the Python original made, too. */
export async function* pastJobs(
  task: TaskName,
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: Abortable,
): AsyncGenerator<PastJob> {
  const { jobs } = await lookAtFolder(task, layout, platform, options)
  yield* jobsNamed(jobs, layout, kinds, platform, options)
}

/** The jobs of these names, in their order, as far as there are jobs: one at a time first, then more and more at once. */
export async function* jobsNamed(
  names: readonly JobName[],
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: DescribeOptions,
): AsyncGenerator<PastJob> {
  let empty = 0
  for (let from = 0, atOnce = 1; from < names.length; from += atOnce, atOnce = Math.min(atOnce * 2, mostAtOnce)) {
    const window = names.slice(from, from + atOnce)
    for (const job of await Promise.all(window.map((name) => pastJob(name, layout, kinds, platform, options)))) {
      empty = job === undefined ? empty + 1 : 0
      if (empty === emptyFoldersInARow) return
      if (job !== undefined) yield job
    }
  }
}

async function pastJob(
  name: JobName,
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: DescribeOptions,
): Promise<PastJob | undefined> {
  // The record holds the kind. While it is being read, the first kind is tried.
  const [guess, ...others] = kinds
  const describe = (kind: JobKind | undefined): ReturnType<Platform['jobs']['describe']> =>
    kind === undefined ? Promise.resolve(undefined) : platform.jobs.describe({ kind, name }, options)
  const [text, guessed] = await Promise.all([readSmall(layout.job(name).record, platform, options), describe(guess)])
  const record = readRecord(text)
  let state = record === undefined || record.kind === guess ? guessed : await describe(record.kind)
  if (record === undefined) for (const kind of others) state ??= await describe(kind)
  if (state === undefined) return undefined
  if (record === undefined) return { state }
  const waitEnded = await waitEndedOf(state, layout, platform, options)
  return { state, record, ...(waitEnded === undefined ? {} : { waitEnded }) }
}

/** How long a job had waited for spot machines when its wait was ended; `undefined` for any that somebody else stopped, or that ran. */
export async function waitEndedOf(
  state: JobState,
  layout: TaskLayout,
  platform: Platform,
  options: Abortable,
): Promise<WaitEnded | undefined> {
  if ((state.status !== 'stopped' && state.status !== 'stopping') || !isWithoutProgram(state)) return undefined
  const text = await readSmall(layout.job(state.name).waitEnded, platform, options)
  const value = text === undefined ? undefined : parsed(text)
  return isObject(value) && value['v'] === 1 && isSpan(value['waitedSeconds']) ? (value as unknown as WaitEnded) : undefined
}

/** Of a small document. Whoever may write to the bucket may have put anything there. */
export const mostSmallBytes = 16 * 1024 * 1024

/** A small object's text: `undefined` when there is none, `''` as for a damaged one when it is larger than any of ours. */
export async function readSmall(
  uri: ObjectUri,
  { objects }: { readonly objects: Pick<Platform['objects'], 'read'> },
  options: Abortable,
): Promise<string | undefined> {
  try {
    return (await readAtMost(objects.read(uri, options), mostSmallBytes))?.toString('utf8') ?? ''
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return undefined
    throw cause
  }
}

function readRecord(text: string | undefined): JobRecord | undefined {
  const value = text === undefined ? undefined : parsed(text)
  // A record of another version, or a damaged one, is ignored: the job then counts as made by another tool.
  return isRecord(value) ? value : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is JobRecord {
  const { v, kind, fingerprint, parts, attempt, spent, place, tags, metrics } = (value ?? {}) as Partial<
    Record<keyof JobRecord, unknown>
  >
  return (
    v === 1 &&
    (kind === 'training' || kind === 'processing') &&
    typeof fingerprint === 'string' &&
    isTexts(parts) &&
    (tags === undefined || isTexts(tags)) &&
    (attempt === undefined || (isObject(attempt) && isCount(attempt['number']) && isCount(attempt['of']))) &&
    (spent === undefined || (isObject(spent) && isSpan(spent['runSeconds']) && isSpan(spent['waitSeconds']))) &&
    (metrics === undefined || isTexts(metrics)) &&
    (place === undefined || (isObject(place) && isSpan(place['index']) && isSpan(place['moves'])))
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown): boolean => isObject(value) && Object.values(value).every((part) => typeof part === 'string')

const isSpan = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0
