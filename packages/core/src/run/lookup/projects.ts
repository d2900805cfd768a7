import { isSsmError } from '../../errors/ssm-error.ts'
import type { JobName } from '../../names/job-name.ts'
import { bucketRoot, keyPrefix, layoutOf, projectRoot } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from './given.ts'
import { lookAtFolder, pastJobs } from '../decide/history.ts'

/** Where projects are stored. */
export interface StoragePlace {
  /** The platform to look at. */
  readonly platform: Platform
  /** The S3 bucket; default the account's own `sagemaker-<region>-<account>`. */
  readonly bucket?: string
  /** A key prefix in front of the projects. */
  readonly prefix?: string
}

/**
 * The names of the projects stored here, in byte order; none when there is no bucket yet. Makes nothing. A folder that
 * something else put there is listed too when its name could be a project's.
 */
export async function listProjects(place: StoragePlace, options: Abortable = {}): Promise<readonly string[]> {
  assertGiven('listProjects', [...placeProblemsOf(place), ...optionProblemsOf(options)])
  const bucket = await bucketOf(place, options)
  return namesIn(bucketRoot({ bucket, prefix: place.prefix ?? '' }), projectName, place.platform, options)
}

/**
 * The names of a project's tasks, in byte order; none when the project stored nothing yet. Makes nothing.
 *
 * @throws {InvalidNameError} `NAME_INVALID` when the text cannot be the name of a project.
 */
export async function listTasks(project: string, place: StoragePlace, options: Abortable = {}): Promise<readonly string[]> {
  assertGiven('listTasks', [...placeProblemsOf(place), ...optionProblemsOf(options)])
  const name = projectName(project)
  const bucket = await bucketOf(place, options)
  return namesIn(projectRoot({ bucket, prefix: place.prefix ?? '', project: name }), taskName, place.platform, options)
}

/**
 * A task's jobs as they are now, newest first; none when there is no bucket yet. Makes nothing.
 *
 * @throws {InvalidNameError} `NAME_INVALID` when one of the texts cannot be the name of a project or task.
 */
export async function* listJobs(
  project: string,
  task: string,
  place: StoragePlace,
  options: Abortable = {},
): AsyncGenerator<JobState> {
  assertGiven('listJobs', [...placeProblemsOf(place), ...optionProblemsOf(options)])
  const names = { prefix: keyPrefix(place.prefix ?? ''), project: projectName(project), task: taskName(task) }
  const layout = layoutOf({ ...names, bucket: await bucketOf(place, options) })
  for await (const { state } of pastJobs(names.task, layout, ['training', 'processing'], place.platform, options)) yield state
}

/**
 * The names of a task's jobs, newest first, in one look: nothing is asked about the jobs. None when the task stored nothing yet. Makes
 * nothing.
 *
 * @throws {InvalidNameError} `NAME_INVALID` when one of the texts cannot be the name of a project or task.
 */
export async function listJobNames(
  project: string,
  task: string,
  place: StoragePlace,
  options: Abortable = {},
): Promise<readonly JobName[]> {
  assertGiven('listJobNames', [...placeProblemsOf(place), ...optionProblemsOf(options)])
  const names = { prefix: keyPrefix(place.prefix ?? ''), project: projectName(project), task: taskName(task) }
  const layout = layoutOf({ ...names, bucket: await bucketOf(place, options) })
  return (await lookAtFolder(names.task, layout, place.platform, options)).jobs
}

const bucketOf = ({ platform, bucket }: StoragePlace, { signal }: Abortable): Promise<string> =>
  platform.objects.bucket(bucket, { dryRun: true, ...(signal === undefined ? {} : { signal }) })

async function namesIn(
  folder: ObjectUri,
  parse: (text: string) => string,
  platform: Platform,
  options: Abortable,
): Promise<readonly string[]> {
  const names: string[] = []
  try {
    for await (const name of platform.objects.folders(folder, options)) if (fits(name, parse)) names.push(name)
  } catch (cause) {
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return names
}

function fits(name: string, parse: (text: string) => string): boolean {
  try {
    parse(name)
    return true
  } catch {
    return false
  }
}
