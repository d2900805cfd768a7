/**
 * Reports: everything about a job, a task or a project as data, and as one page for a browser.
 *
 * @module
 */
export { followReport, type FollowedPlace, type ReportChange } from './follow-report.ts'
export { reportOf, type ReportPlace, type ReportSubject } from './report-of.ts'
export { reportPage, writeReport, type PageOptions } from './report-page.ts'
export type {
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
} from './report-document.ts'
