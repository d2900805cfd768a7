import { isJobOf, type JobName } from '../../names/job-name.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { TaskName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { Platform } from '../../platform/platform.ts'
import type { JobRecord, PastJob, TaskHistory } from '../../spec/result.ts'

// A folder without a job is a client that died between upload and create: rare, so a look at a few suffices.
const foldersLookedAt = 25

/** The newest job of a task: one listing of its folders, one Describe. Finds jobs that the Python original made, too. */
export async function readHistory(
  task: TaskName,
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: Abortable,
): Promise<TaskHistory> {
  for await (const job of pastJobs(task, layout, kinds, platform, options)) return { newest: job }
  return {}
}

/** A task's jobs, newest first. */
export async function* pastJobs(
  task: TaskName,
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: Abortable,
): AsyncGenerator<PastJob> {
  const names = await jobNames(task, layout, platform, options)
  for (const name of names.slice(0, foldersLookedAt)) {
    const job = await pastJob(name, layout, kinds, platform, options)
    if (job !== undefined) yield job
  }
}

/** Names of a task's jobs, newest first: a name begins with its time. */
export async function jobNames(
  task: TaskName,
  layout: TaskLayout,
  platform: Platform,
  options: Abortable,
): Promise<readonly JobName[]> {
  const names: JobName[] = []
  for await (const name of platform.objects.folders(layout.root, options)) if (isJobOf(task, name)) names.push(name)
  return names.reverse()
}

async function pastJob(
  name: JobName,
  layout: TaskLayout,
  kinds: readonly JobKind[],
  platform: Platform,
  options: Abortable,
): Promise<PastJob | undefined> {
  const record = readRecord(await readSmall(layout.job(name).record, platform, options))
  for (const kind of record === undefined ? kinds : [record.kind]) {
    const state = await platform.jobs.describe({ kind, name }, options)
    if (state !== undefined) return record === undefined ? { state } : { state, record }
  }
  return undefined
}

/** An object's text, or `undefined` when there is none. */
export async function readSmall(uri: ObjectUri, platform: Platform, options: Abortable): Promise<string | undefined> {
  if ((await platform.objects.find(uri, options)) === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of platform.objects.read(uri, options)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function readRecord(text: string | undefined): JobRecord | undefined {
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text) as Partial<JobRecord> | null
    // A record of another version says nothing we could trust: the job then counts as made by another tool.
    return value?.v === 1 && typeof value.fingerprint === 'string' && typeof value.parts === 'object'
      ? (value as JobRecord)
      : undefined
  } catch {
    return undefined
  }
}
