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
import { reportedJob, type GiveLog, type JobToReport } from './reported-job.ts'
import { requestFacts } from './request-facts.ts'

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

/** How many earlier jobs of a task are shown beside the newest one. */
const mostEarlier = 25

/**
 * Gathers everything a report shows, from what is stored and from the platform. Changes nothing.
 *
 * @throws {SsmError} `OUTPUT_MISSING` when the project or task has no job; `JOB_LOST` when there is no such job.
 */
export async function reportOf(place: ReportPlace, options: Abortable = {}): Promise<ReportDocument> {
  const { platform } = place
  const subjects = [...(await subjectsOf(place, options))].sort(byTime)
  const limits = limitsFor(subjects.length)
  return documentOf(place, subjects, (job, metrics) => readLog(job, metrics, platform, limits, options), options)
}

/** The document about these jobs. */
export async function documentOf(
  place: ReportPlace,
  subjects: readonly JobToReport[],
  giveLog: GiveLog,
  options: Abortable,
): Promise<ReportDocument> {
  const { platform } = place
  const parts = []
  for (const subject of subjects) parts.push(await reportedJob(subject, platform, giveLog, options))
  const about = 'job' in place ? 'job' : place.task === undefined ? 'project' : 'task'
  const first = subjects[0]
  const project = 'job' in place ? placeOf(first?.request)?.project : place.project
  return {
    v: 1,
    ...(project === undefined ? {} : { project }),
    ...(about === 'project' || first === undefined ? {} : { task: first.task }),
    about,
    place: `${platform.name} ${await platform.region()}`.replace(/^(\S+) \1$/, '$1'),
    madeAtMs: Date.now(),
    jobs: parts.map(({ job }) => job),
    edges: edgesBetween(subjects),
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

/** The jobs a report of this place is about. */
export async function subjectsOf(place: ReportPlace, options: Abortable): Promise<readonly JobToReport[]> {
  if ('job' in place) return [await subjectNamed(place.job, place.platform, options)]
  const { platform, bucket, prefix = '' } = place
  const project = projectName(place.project)
  const where = { bucket: await platform.objects.bucket(bucket, { ...options, dryRun: true }), prefix, project }
  const tasks = place.task === undefined ? await listTasks(project, place, options) : [place.task]
  const found = await allOrAbort(options.signal ?? new AbortController().signal, (signal) =>
    tasks.map((task) => newestOf(taskName(task), where, platform, { signal })),
  )
  const subjects = found.flatMap((subject) => (subject === undefined ? [] : [subject]))
  if (subjects.length > 0) return subjects
  throw new SsmError(
    'OUTPUT_MISSING',
    `${place.task === undefined ? `Project ${project}` : `Task ${place.task} of project ${project}`} has no job on the ${platform.name} platform`,
    {
      hint: 'Run it first, or check the names of project, task and bucket, and the platform that was asked.',
      facts: { project, task: place.task, platform: platform.name },
    },
  )
}

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
): Promise<readonly PastJob[]> {
  const past: PastJob[] = []
  for await (const job of pastJobs(task, layout, ['training', 'processing'], platform, options)) {
    if (newest !== undefined && past.length === 0 && job.state.name !== newest.name) continue
    past.push(job)
    if (past.length > mostEarlier) break
  }
  return past
}

async function subjectNamed(name: string, platform: Platform, options: Abortable): Promise<JobToReport> {
  const state = await jobNamed(name, platform, options)
  const request = await platform.jobs.request?.(state, options)
  const place = placeOf(request)
  if (place === undefined) return { task: taskOfJob(name) ?? name, past: [{ state }], layout: undefined, request }
  const layout = layoutOf(place)
  const [newest = { state }, ...before] = await pastOf(place.task, layout, platform, options, state)
  return { task: place.task, past: [newest, ...before], layout, request }
}

const placeOf = (request: JobRequest | undefined): TaskPlace | undefined =>
  request === undefined ? undefined : requestFacts(request).place

/** Which job of the report read what another one of it stored. Pure. */
function edgesBetween(subjects: readonly JobToReport[]): readonly ReportedEdge[] {
  return subjects.flatMap(({ task: to, request }) => {
    if (request === undefined) return []
    return requestFacts(request).inputs.flatMap(({ channel, uri }) =>
      subjects
        .filter(({ task, layout }) => task !== to && layout !== undefined && uri.startsWith(layout.root))
        .map(({ task: from }) => ({ from, to, channel })),
    )
  })
}
