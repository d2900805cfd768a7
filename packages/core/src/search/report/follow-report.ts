import { setTimeout as pause } from 'node:timers/promises'
import type { Abortable } from '../../platform/abortable.ts'
import { followJobReport, withoutLines, type FollowedPlace, type ReportChange } from '../../run/report/follow-report.ts'
import type { ReportDocument } from '../../run/report/report-document.ts'
import { newestJobs, type TasksPlace } from '../../run/report/report-of.ts'
import type { KnownNotes } from '../journal.ts'
import { reportOfSearches, searchesIn } from './report-of.ts'
import { reportedSearch, type SearchToReport } from './reported-search.ts'
import { RunningTrials } from './running-trials.ts'

const apartMs = 2_000
/** A platform is asked about each running trial: with many of them less often. */
const apartForTrialMs = 500
/** A search notes no end of its own: it is over when for so many looks no trial ran. */
const quietLooks = 15

/**
 * The report of a job or a search as it changes, until that has ended. Of a task whose newest work is a search it is the search; else
 * the task's newest job, at most once a second. Leaving the loop or an abort ends the following, never what is followed. No end of a search
 * is stored: it is over when no trial has run for half a minute.
 *
 * @throws {SsmError} `OUTPUT_MISSING` when the task has neither a job nor a search; `JOB_LOST` when there is no such job.
 */
export async function* followReport(place: FollowedPlace, options: Abortable = {}): AsyncGenerator<ReportChange> {
  const isSearch = !('job' in place) && (await isNewestSearch(place, options))
  if (isSearch) yield* followSearch(place, options)
  else yield* followJobReport(place, options)
}

type TaskPlace = TasksPlace & { readonly task: string }

async function isNewestSearch(place: TaskPlace, options: Abortable): Promise<boolean> {
  const [search] = await searchesIn(place, [place.task], options)
  if (search === undefined) return false
  const [own] = await newestJobs(place, [place.task], options)
  return own === undefined || (search.createdAtMs ?? 0) >= own.past[0].state.createdAtMs
}

async function* followSearch(place: TaskPlace, options: Abortable): AsyncGenerator<ReportChange> {
  const { platform, task } = place
  const notes: KnownNotes = new Map()
  const running = new RunningTrials(place)
  let [document, best, shown, quiet]: [ReportDocument | undefined, number | undefined, string, number] = [undefined, -1, '', 0]
  while (quiet < quietLooks) {
    const stored = (await searchesIn(place, [task], options, notes)).slice(0, 1)
    const searches: SearchToReport[] = []
    for (const search of stored) searches.push({ ...search, trials: await running.told(search, options) })
    const [newest] = searches
    const busy = newest?.trials.filter(({ status }) => status === 'running').length ?? 0
    quiet = busy === 0 ? quiet + 1 : 0
    // The log of the best trial is read once.
    const isFresh = document === undefined || newest?.best !== best
    best = newest?.best
    if (document === undefined || isFresh)
      document = await reportOfSearches(place, searches, await newestJobs(place, [task], options), options)
    const told = await Promise.all(searches.map((search) => reportedSearch(search, platform, options)))
    const now = { ...document, madeAtMs: Date.now(), searches: told.map(({ search }) => search) }
    const text = JSON.stringify(now.searches)
    if (isFresh || text !== shown) yield { type: 'document', document: isFresh ? now : withoutLines(now) }
    shown = text
    await pause(Math.max(apartMs, apartForTrialMs * busy), undefined, options)
  }
}
