import { allOrAbort } from '../../lang/all-or-abort.ts'
import { layoutOf, type TaskLayout, type TaskPlace } from '../../names/layout.ts'
import { taskOfJob } from '../../names/job-name.ts'
import { projectName, taskName, type TaskName } from '../../names/task-name.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobRequest, JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { PastJob } from '../../spec/result.ts'
import { pastJobs } from '../decide/history.ts'
import { jobNamed } from '../lookup/job.ts'
import { listTasks, type StoragePlace } from '../lookup/projects.ts'
import { pageLimits, readLog, type LogLimits } from './log-reader.ts'
import type { ReportDocument, ReportedEdge } from './report-document.ts'
import { reportedJob, type ReportedJobOptions, type GiveLog, type JobToReport } from './reported-job.ts'
import { reportedRequest } from './request-facts.ts'
import type { ReportedSearch } from './search-document.ts'

/** What a report is about: one job, a task with its newest job, or a project with the newest job of each task. */
export type ReportSubject =
  | {
      /** The name of a job. */
      readonly job: string
    }
  | {
      /** The name of a project. */
      readonly project: string
      /** One task of it; default all of them. */
      readonly task?: string
    }

/** Where to look, and for what. */
export type ReportPlace = StoragePlace & ReportSubject

/** A project, or one task of it. */
export type TasksPlace = Exclude<ReportPlace, { readonly job: string }>

/** How many earlier jobs of a task are shown beside the newest one. */
const mostEarlier = 25

/** The report of one job. */
export async function reportOfJob(
  place: StoragePlace & { readonly job: string },
  options: ReportedJobOptions = {},
): Promise<ReportDocument> {
  return reportOfSubjects(place, await subjectsOf(place, options), options)
}

/** The report of these jobs, with their logs as they are now. */
export async function reportOfSubjects(
  place: ReportPlace,
  subjects: readonly JobToReport[],
  options: ReportedJobOptions,
  searches: readonly ReportedSearch[] = [],
): Promise<ReportDocument> {
  const { platform } = place
  const limits = limitsFor(subjects.length)
  return documentOf(
    place,
    subjects.toSorted(byTime),
    (job, metrics) => readLog(job, metrics, platform, limits, options),
    options,
    searches,
  )
}

/** The document about these jobs. */
export async function documentOf(
  place: ReportPlace,
  subjects: readonly JobToReport[],
  giveLog: GiveLog,
  options: ReportedJobOptions,
  searches: readonly ReportedSearch[] = [],
): Promise<ReportDocument> {
  const { platform } = place
  const parts = []
  for (const subject of subjects) parts.push(await reportedJob(subject, platform, giveLog, options))
  const about = 'job' in place ? 'job' : place.task === undefined ? 'project' : 'task'
  const first = subjects[0]
  const project = 'job' in place ? placeOf(first?.request)?.project : place.project
  const task = 'job' in place ? first?.task : place.task
  return {
    v: 1,
    ...(project === undefined ? {} : { project }),
    ...(task === undefined ? {} : { task }),
    about,
    place: `${platform.name} ${await platform.region()}`.replace(/^(\S+) \1$/, '$1'),
    madeAtMs: Date.now(),
    jobs: parts.map(({ job }) => job),
    edges: edgesBetween(subjects),
    searches,
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
  }
}

/** What was started first is mostly what others need. */
const byTime = ({ past: [one] }: JobToReport, { past: [other] }: JobToReport): number =>
  one.state.createdAtMs - other.state.createdAtMs

/** A project's page holds many jobs: each gets its share. */
function limitsFor(jobs: number): LogLimits {
  const share = Math.max(1, jobs)
  const each = (limit: number, least: number): number => Math.max(least, Math.floor(limit / share))
  return {
    ...pageLimits,
    headLines: each(pageLimits.headLines, 50),
    tailLines: each(pageLimits.tailLines, 200),
    values: each(pageLimits.values, 2_000),
  }
}

/** The jobs a report of this place is about: at least one. */
export async function subjectsOf(place: ReportPlace, options: Abortable): Promise<readonly JobToReport[]> {
  if ('job' in place) return [await subjectNamed(place.job, place.platform, options)]
  const subjects = await newestJobs(place, await tasksIn(place, options), options)
  if (subjects.length === 0) throw noJob(place)
  return subjects
}

/** The tasks a report of this place is about. */
const onlySignal = ({ signal }: Abortable): Abortable => (signal === undefined ? {} : { signal })

export const tasksIn = async (place: TasksPlace, options: Abortable): Promise<readonly string[]> =>
  place.task === undefined ? listTasks(projectName(place.project), place, onlySignal(options)) : [place.task]

/** The newest job of each of these tasks that has one. */
export async function newestJobs(
  place: TasksPlace,
  tasks: readonly string[],
  options: Abortable,
): Promise<readonly JobToReport[]> {
  const { platform, bucket, prefix = '' } = place
  const project = projectName(place.project)
  const where = { bucket: await platform.objects.bucket(bucket, { ...options, dryRun: true }), prefix, project }
  const found = await allOrAbort(options.signal ?? new AbortController().signal, (signal) =>
    tasks.map((task) => newestOf(taskName(task), where, platform, { signal })),
  )
  return found.flatMap((subject) => (subject === undefined ? [] : [subject]))
}

/** There is nothing to report. */
export const noJob = ({ project, task, platform }: TasksPlace): SsmError =>
  new SsmError(
    'OUTPUT_MISSING',
    `${task === undefined ? `Project ${project}` : `Task ${task} of project ${project}`} has no job on the ${platform.name} platform`,
    {
      hint: 'Run it first, or check the names of project, task and bucket, and the platform that was asked.',
      facts: { project, task, platform: platform.name },
    },
  )

async function newestOf(
  task: TaskName,
  where: Omit<TaskPlace, 'task'>,
  platform: Platform,
  options: Abortable,
): Promise<JobToReport | undefined> {
  const layout = layoutOf({ ...where, task })
  const past = await pastOf(task, layout, platform, options)
  const [newest, ...before] = past
  if (newest === undefined) return undefined
  return { task, past: [newest, ...before], layout, request: await platform.jobs.request?.(newest.state, options) }
}

async function pastOf(
  task: TaskName,
  layout: TaskLayout,
  platform: Platform,
  options: Abortable,
  newest?: JobState,
  mostBefore = mostEarlier,
): Promise<readonly PastJob[]> {
  const past: PastJob[] = []
  for await (const job of pastJobs(task, layout, ['training', 'processing'], platform, options)) {
    if (newest !== undefined && past.length === 0 && job.state.name !== newest.name) continue
    past.push(job)
    if (past.length > mostBefore) break
  }
  return past
}

const subjectNamed = async (name: string, platform: Platform, options: Abortable): Promise<JobToReport> =>
  subjectOf(await jobNamed(name, platform, onlySignal(options)), platform, options)

/** A job with so many of those before it. */
export async function subjectOf(
  state: JobState,
  platform: Platform,
  options: Abortable,
  mostBefore?: number,
): Promise<JobToReport> {
  const { name } = state
  const request = await platform.jobs.request?.(state, options)
  const place = placeOf(request)
  if (place === undefined) return { task: taskOfJob(name) ?? name, past: [{ state }], layout: undefined, request }
  const layout = layoutOf(place)
  const [newest = { state }, ...before] = await pastOf(place.task, layout, platform, options, state, mostBefore)
  return { task: place.task, past: [newest, ...before], layout, request }
}

const placeOf = (request: JobRequest | undefined): TaskPlace | undefined =>
  request === undefined ? undefined : reportedRequest(request).place

/** Which job of the report read what another one of it stored. Pure. */
function edgesBetween(subjects: readonly JobToReport[]): readonly ReportedEdge[] {
  return subjects.flatMap(({ task: to, request }) => {
    if (request === undefined) return []
    return reportedRequest(request).inputs.flatMap(({ channel, uri }) =>
      subjects
        .filter(({ task, layout }) => task !== to && layout !== undefined && uri.startsWith(layout.root))
        .map(({ task: from }) => ({ from, to, channel })),
    )
  })
}
