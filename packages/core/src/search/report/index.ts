/**
 * Reports: everything about a job, a task, a project or a search as data, and as one page for a browser.
 *
 * @module @simple-sagemaker/core/report
 */
export { reportOf, type ReportOptions } from './report-of.ts'
export { followReport } from './follow-report.ts'
export type { FollowedPlace, ReportChange } from '../../run/report/follow-report.ts'
export type { ReportPlace, ReportSubject } from '../../run/report/report-of.ts'
export { reportPage, writeReport, type PageOptions } from '../../run/report/report-page.ts'
export type {
  ChangedFile,
  EarlierJob,
  MetricSeries,
  ReportDocument,
  ReportedAttempt,
  ReportedCode,
  ReportedEdge,
  ReportedFiles,
  ReportedInput,
  ReportedJob,
  ReportedLine,
  ReportedLog,
  ReportedMachine,
  StoredFiles,
} from '../../run/report/report-document.ts'
export type { Importance, ReportedSearch, ReportedTrial, SearchedParameter } from '../../run/report/search-document.ts'
