import type { JobState, JobStatus, Platform } from '@simple-sagemaker/core'
import { listProjects, listTasks } from '@simple-sagemaker/core/jobs'
import type { ListedJob } from '../../render/documents/job-document.ts'
import { storagePlaceOf, storeOf } from '../../settings/job-place.ts'
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
      const jobs = await newest(inProject(settings, project), platform, task, wanted, signal)
      found.push(...jobs.map((job) => ({ project, task, job })))
    }
  }
  await Promise.all(Array.from({ length: mostAtOnce }, worker))
  return found.sort((one, other) => other.job.createdAtMs - one.job.createdAtMs || (one.job.name < other.job.name ? 1 : -1))
}

const inProject = (settings: Settings, project: string): Settings => ({
  ...settings,
  values: { ...settings.values, project: { value: project, origin: 'bucket' } },
})

async function newest(
  settings: Settings,
  platform: Platform,
  task: string,
  { last, matches }: Wanted,
  signal: AbortSignal,
): Promise<readonly JobState[]> {
  const found: JobState[] = []
  for await (const job of storeOf(settings, platform, task).jobs({ signal }))
    if (matches(job.status) && found.push(job) >= last) break
  return found
}
