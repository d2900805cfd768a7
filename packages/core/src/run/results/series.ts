import { InvalidTaskError } from '../../options/errors.ts'
import { nearest } from '../../options/did-you-mean.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import { metricFinder } from '../../platform/metrics/metric-finder.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, optionProblemsOf } from '../lookup/given.ts'
import { logLines } from '../follow/lines.ts'
import type { SeriesPoint } from './task-result.ts'

/** Every value of each metric, by reading the log of a job anew. A metric that no line matches has none. */
export async function readSeries(
  platform: Platform,
  job: JobRef,
  metrics: Readonly<Record<string, string>>,
  options: Abortable,
): Promise<Readonly<Record<string, readonly SeriesPoint[]>>> {
  const points: Readonly<Record<string, SeriesPoint[]>> = Object.fromEntries(Object.keys(metrics).map((name) => [name, []]))
  if (Object.keys(metrics).length === 0) return points
  const { find } = await metricFinder(metrics)
  for await (const { machine, text, atMs } of logLines(platform, job, { ...options, untilNow: true }))
    for (const { metric, value } of find(text)) points[metric]?.push({ machine, value, atMs })
  return points
}

/** Every value of one metric of a task. @throws {InvalidTaskError} when the task has no such metric. */
export async function seriesOf(
  task: string,
  metrics: Readonly<Record<string, string>>,
  metric: string,
  job: JobRef,
  platform: Platform,
  options: Abortable,
): Promise<readonly SeriesPoint[]> {
  assertGiven('series', optionProblemsOf(options))
  const expression = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
  if (expression === undefined) {
    const near = nearest(metric, Object.keys(metrics))
    const hint = near === undefined ? 'Ask for one of those that the task sets.' : `Did you mean ${near}?`
    throw new InvalidTaskError(task, [{ path: 'series', value: metric, message: 'is no metric of the task', hint }])
  }
  return (await readSeries(platform, job, { [metric]: expression }, options))[metric] ?? []
}
