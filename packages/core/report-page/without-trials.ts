import type { ReportDocument } from '../src/run/report/report-document.ts'

/** A project's own tasks and what flows between them: the trials of a search are part of that search, also the one whose job is shown. */
export function withoutTrials(report: ReportDocument): ReportDocument {
  const trials = new Set<string | undefined>(report.searches.flatMap((search) => search.trials.map(({ job }) => job)))
  const jobs = report.jobs.filter(({ state }) => !trials.has(state.name))
  const tasks = new Set(jobs.map(({ task }) => task))
  return { ...report, jobs, edges: report.edges.filter(({ from, to }) => tasks.has(from) && tasks.has(to)) }
}
