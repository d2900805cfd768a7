import { isRegExp } from '../../lang/realms.ts'
import type { Fields } from '../../options/did-you-mean.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, jobProblemsOf, optionProblemsOf, platformProblemsOf } from './given.ts'
import { readSeries } from '../results/series.ts'
import type { SeriesPoint } from '../results/task-result.ts'

/** Which metrics of a job. */
export interface JobSeriesOptions extends Abortable {
  /** Metric → a regular expression whose first group is the value; default those of the job. */
  readonly metrics?: Readonly<Record<string, string | RegExp>>
}

const seriesFields: Fields<JobSeriesOptions> = { metrics: true, signal: true }

/** Every value of each metric of a job, read from its log; none when neither the job nor `metrics` names one. */
export async function jobSeries(
  job: JobRef,
  platform: Platform,
  asked: JobSeriesOptions = {},
): Promise<Readonly<Record<string, readonly SeriesPoint[]>>> {
  const problems = [...jobProblemsOf(job), ...platformProblemsOf(platform), ...optionProblemsOf(asked, seriesFields)]
  assertGiven('jobSeries', problems)
  const { metrics, ...options } = asked
  const given = metrics === undefined ? await expressionsOf(job, platform, options) : Object.entries(metrics)
  const expressions = given.map(([name, value]) => [name, isRegExp(value) ? value.source : value] as const)
  return readSeries(platform, job, Object.fromEntries(expressions), options)
}

/** The expressions that the request of a job names; jobs of a kind without metrics have none. */
async function expressionsOf(
  job: JobRef,
  { jobs }: Platform,
  options: Abortable,
): Promise<readonly (readonly [string, string])[]> {
  const request = job.kind === 'training' ? await jobs.request?.(job, options) : undefined
  const found = request?.kind === 'training' ? (request.input.AlgorithmSpecification?.MetricDefinitions ?? []) : []
  return found.map(({ Name = '', Regex = '' }) => [Name, Regex])
}
