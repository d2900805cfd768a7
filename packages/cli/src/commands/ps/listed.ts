import type { JobStatus, Platform, PriceChoice } from '@simple-sagemaker/core'
import {
  budgetOf,
  jobSeries,
  jobUsage,
  listJobs,
  listProjects,
  listTasks,
  openJobCosts,
  type BudgetState,
  type JobCosts,
  type StoragePlace,
} from '@simple-sagemaker/core/jobs'
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
  /** Where prices are from, when costs are asked for. */
  readonly prices: PriceChoice | undefined
  /** Whether to tell what the machines used. */
  readonly usage: boolean
  /** Whether to tell the values of their metrics. */
  readonly series: boolean
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
  const costs = wanted.prices === undefined ? undefined : openJobCosts(place, wanted.prices)
  const found: ListedJob[] = []
  const queue = tasks.values()
  const worker = async (): Promise<void> => {
    for (const { project, task } of queue) {
      found.push(...(await newest({ project, task, place, costs }, wanted, signal)))
    }
  }
  await Promise.all(Array.from({ length: mostAtOnce }, worker))
  return found.sort((one, other) => other.job.createdAtMs - one.job.createdAtMs || (one.job.name < other.job.name ? 1 : -1))
}

/** What is spent and reserved of the budgets of these jobs' projects, as far as they have any. */
export async function budgetsOf(
  settings: Settings,
  platform: Platform,
  jobs: readonly ListedJob[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, BudgetState>>> {
  const place = storagePlaceOf(settings, platform)
  const named = settings.values.project?.value
  const projects = [...new Set([...(named === undefined ? [] : [named]), ...jobs.map(({ project }) => project)])]
  const found = await Promise.all(projects.map(async (project) => [project, await budgetOf(project, place, { signal })] as const))
  return Object.fromEntries(found.flatMap(([project, budget]) => (budget === undefined ? [] : [[project, budget]])))
}

interface OfTask {
  readonly project: string
  readonly task: string
  readonly place: StoragePlace
  readonly costs: JobCosts | undefined
}

async function newest(of: OfTask, { last, matches, usage, series }: Wanted, signal: AbortSignal): Promise<readonly ListedJob[]> {
  const found: ListedJob[] = []
  for await (const listed of jobsOf(of, signal)) if (matches(listed.job.status) && found.push(listed) >= last) break
  if (!usage && !series) return found
  const { platform } = of.place
  return Promise.all(
    found.map(async (listed) => ({
      ...listed,
      ...(usage ? { usage: await jobUsage(listed.job, platform, { signal }) } : {}),
      ...(series ? { series: await jobSeries(listed.job, platform, { signal }) } : {}),
    })),
  )
}

async function* jobsOf({ project, task, place, costs }: OfTask, signal: AbortSignal): AsyncGenerator<ListedJob> {
  if (costs === undefined) for await (const job of listJobs(project, task, place, { signal })) yield { project, task, job }
  else for await (const costed of costs.jobs(project, task, { signal })) yield { project, task, ...costed }
}
