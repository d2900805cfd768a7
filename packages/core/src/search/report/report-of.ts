import type { PriceChoice } from '../../cost/choice.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { layoutOf } from '../../names/layout.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { openMoney } from '../../run/money/open-money.ts'
import type { ReportDocument } from '../../run/report/report-document.ts'
import {
  newestJobs,
  noJob,
  reportOfJob,
  reportOfSubjects,
  subjectsOf,
  tasksIn,
  type ReportPlace,
  type TasksPlace,
} from '../../run/report/report-of.ts'
import type { ReportedJobOptions, JobToReport } from '../../run/report/reported-job.ts'
import type { KnownNotes } from '../journal.ts'
import { storedSearches } from '../stored.ts'
import { reportedSearch, type SearchToReport } from './reported-search.ts'

/** How a report is gathered. */
export interface ReportOptions extends Abortable {
  /** Where prices are from; without them the report tells billed time and no amounts. */
  readonly prices?: PriceChoice | undefined
}

/** Of a task's searches so many are shown, the newest ones. */
const mostSearches = 3

/**
 * Gathers everything a report shows, from what is stored and from the platform. Changes nothing.
 *
 * @throws {SsmError} `OUTPUT_MISSING` when the project or task has neither a job nor a search; `JOB_LOST` when there is no such job.
 */
export async function reportOf(place: ReportPlace, { prices, ...options }: ReportOptions = {}): Promise<ReportDocument> {
  const gather = { ...options, money: prices === undefined ? undefined : await openMoney({ prices }, place.platform) }
  if ('job' in place) return reportOfJob(place, gather)
  const tasks = await tasksIn(place, options)
  const all = await searchesIn(place, tasks, options)
  const tried = new Set(all.flatMap(({ trials }) => trials.map(({ task }) => task)))
  const own = await newestJobs(
    place,
    tasks.filter((task) => !tried.has(task)),
    options,
  )
  if (all.length === 0 && own.length === 0) throw noJob(place)
  return reportOfSearches(place, newestOfEach(all), own, gather)
}

/** The report of these searches, with the best trial of the newest of each task, and of the tasks' own jobs. */
export async function reportOfSearches(
  place: TasksPlace,
  searches: readonly SearchToReport[],
  own: readonly JobToReport[],
  options: ReportedJobOptions,
): Promise<ReportDocument> {
  const { platform } = place
  const newest = searches.filter(({ task }, at) => searches.findIndex((each) => each.task === task) === at)
  const best = await Promise.all(
    newest.flatMap(({ trials, best: number }) => {
      const job = trials.find((trial) => trial.number === number)?.job
      return job === undefined ? [] : [subjectsOf({ platform, job }, options)]
    }),
  )
  const reported = await Promise.all(searches.map((search) => reportedSearch(search, platform, options)))
  const document = await reportOfSubjects(
    place,
    [...own, ...best.flat()],
    options,
    reported.map(({ search }) => search),
  )
  return { ...document, leftOut: [...reported.flatMap(({ leftOut }) => leftOut), ...document.leftOut] }
}

/** The stored searches of these tasks, those of a task with the newest first. What was read is kept in `notes`, where that is given. */
export async function searchesIn(
  place: TasksPlace,
  tasks: readonly string[],
  options: Abortable,
  notes?: KnownNotes,
): Promise<readonly SearchToReport[]> {
  const { platform, prefix = '' } = place
  const bucket = await platform.objects.bucket(place.bucket, { ...options, dryRun: true })
  const found: SearchToReport[] = []
  for (const task of tasks) {
    const layout = layoutOf({ bucket, prefix, project: projectName(place.project), task: taskName(task) })
    try {
      const stored = await storedSearches(task, layout, platform, options.signal ?? new AbortController().signal, notes)
      found.push(...stored.map(({ best, ...search }) => ({ ...search, task, best: best?.number })))
    } catch (cause) {
      // No bucket yet.
      if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
    }
  }
  return found
}

const newestOfEach = (searches: readonly SearchToReport[]): readonly SearchToReport[] =>
  searches.filter((search, at) => searches.slice(0, at).filter(({ task }) => task === search.task).length < mostSearches)
