import type { JobState, JobStatus, Platform } from '@simple-sagemaker/core'
import { listJobs, listProjects, listTasks, type StoragePlace } from '@simple-sagemaker/core/jobs'
import type { ListedJob } from '../../render/documents/job-document.ts'
import { storagePlaceOf } from '../../settings/open-platform.ts'
import type { Settings } from '../../settings/settings.ts'

const mostAtOnce = 8

/** Which jobs to list. */
export interface Wanted {
  readonly task: string | undefined
  /** How many of the newest jobs of each task. */
  readonly last: number
  readonly matches: (status: JobStatus) => boolean
}

/** Jobs of a task, of a project, or of every project in the bucket; newest first. */
export async function listedJobs(
  settings: Settings,
  platform: Platform,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<readonly ListedJob[]> {
  const place = storagePlaceOf(settings, platform)
  const named = settings.values.project?.value
  const projects = named === undefined ? await listProjects(place, { signal }) : [named]
  const tasks: { readonly project: string; readonly task: string }[] = []
  for (const project of projects) {
    const names = wanted.task === undefined ? await listTasks(project, place, { signal }) : [wanted.task]
    tasks.push(...names.map((task) => ({ project, task })))
  }
  const found: ListedJob[] = []
  const queue = tasks.values()
  const worker = async (): Promise<void> => {
    for (const { project, task } of queue) {
      const jobs = await newest(project, task, place, wanted, signal)
      found.push(...jobs.map((job) => ({ project, task, job })))
    }
  }
  await Promise.all(Array.from({ length: mostAtOnce }, worker))
  return found.sort((one, other) => other.job.createdAtMs - one.job.createdAtMs || (one.job.name < other.job.name ? 1 : -1))
}

async function newest(
  project: string,
  task: string,
  place: StoragePlace,
  { last, matches }: Wanted,
  signal: AbortSignal,
): Promise<readonly JobState[]> {
  const found: JobState[] = []
  for await (const job of listJobs(project, task, place, { signal })) if (matches(job.status) && found.push(job) >= last) break
  return found
}
