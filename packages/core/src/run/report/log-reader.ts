import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { LogLine } from '../../platform/logs.ts'
import { metricFinder } from '../../platform/metrics/metric-finder.ts'
import type { Platform } from '../../platform/platform.ts'
import { machineNumber, signs, type Signs, type Stretch } from './machine-times.ts'
import type { MetricSeries, ReportedLine, ReportedLog } from './report-document.ts'

/** What a log gave, and what of it is not in the report. */
export interface ReadLog {
  readonly log: ReportedLog
  readonly series: readonly MetricSeries[]
  /** The number of a machine, from 1 → when it printed lines. */
  readonly stretches: ReadonlyMap<number, readonly Stretch[]>
  readonly leftOut: readonly string[]
}

/** How much of a log a report holds. */
export interface LogLimits {
  /** Lines from the beginning. */
  readonly headLines: number
  /** Lines from the end. */
  readonly tailLines: number
  /** Characters of a line. */
  readonly lineCharacters: number
  /** Values of all metrics together. */
  readonly values: number
}

/** A page of some megabytes: what a browser opens at once. */
export const pageLimits: LogLimits = { headLines: 2_000, tailLines: 18_000, lineCharacters: 2_000, values: 150_000 }

/** Takes the lines of a log one by one, in memory that does not grow with it. */
export interface LogReader {
  add(line: LogLine): void
  /** What came so far; lines that come later change nothing of it. */
  read(): ReadLog
}

/** Reads a job's log once: its first and last lines, and every value of its metrics. */
export async function readLog(
  job: JobRef,
  expressions: Readonly<Record<string, string>>,
  platform: Platform,
  limits: LogLimits,
  { signal }: Abortable,
): Promise<ReadLog> {
  const reader = await logReader(job, expressions, limits)
  for await (const line of platform.logs.follow(job, { untilNow: true, ...(signal === undefined ? {} : { signal }) }))
    reader.add(line)
  return reader.read()
}

/** A reader of the log of this job. */
export async function logReader(
  job: JobRef,
  expressions: Readonly<Record<string, string>>,
  limits: LogLimits,
): Promise<LogReader> {
  const slow: string[] = []
  const finder = await metricFinder(expressions, (metric) => slow.push(slowMetric(metric)))
  for (const metric of [...finder.unreadable, ...finder.tooLarge]) slow.push(slowMetric(metric))
  const lines = boundedLines(limits)
  const series = seriesOf()
  const heard = new Map<number, Signs>()
  return {
    add(line) {
      signsOf(heard, machineNumber(line.machine)).add(line.atMs)
      lines.add(line)
      for (const { metric, value } of finder.find(line.text)) series.add(metric, line, value)
    },
    read() {
      const log = lines.log()
      const missing = log.total - log.head.length - log.tail.length
      const thinned = thinnedTo(limits.values, series.all())
      const leftOut = [
        ...slow,
        ...(missing > 0
          ? [`${missing} lines in the middle of the log of ${job.name}: ssm logs ${job.name} --tail 0 has all.`]
          : []),
        ...(thinned.isThinned ? ['Of long metrics, only the least and the greatest of neighbouring values are shown.'] : []),
      ]
      const stretches = new Map([...heard].map(([machine, own]) => [machine, own.stretches()]))
      return { log, series: thinned.series, stretches, leftOut }
    },
  }
}

function signsOf(heard: Map<number, Signs>, machine: number): Signs {
  const own = heard.get(machine) ?? signs()
  heard.set(machine, own)
  return own
}

const slowMetric = (metric: string): string => `Metric ${metric}: its expression takes too long on this log.`

function boundedLines({ headLines, tailLines, lineCharacters }: LogLimits): {
  readonly add: (line: LogLine) => void
  readonly log: () => ReportedLog
} {
  const head: ReportedLine[] = []
  // A ring: the oldest line is overwritten by the newest.
  const ring: ReportedLine[] = []
  let total = 0
  return {
    add({ machine, text, atMs }) {
      const shown = text.length > lineCharacters ? `${text.slice(0, lineCharacters)} … (${text.length} characters)` : text
      const line: ReportedLine = [atMs, machineNumber(machine), shown]
      if (total < headLines) head.push(line)
      else ring[(total - headLines) % tailLines] = line
      total += 1
    },
    log() {
      const oldest = total - headLines > tailLines ? (total - headLines) % tailLines : 0
      return { total, head: [...head], tail: [...ring.slice(oldest), ...ring.slice(0, oldest)] }
    },
  }
}

function seriesOf(): {
  readonly add: (metric: string, line: LogLine, value: number) => void
  readonly all: () => readonly MetricSeries[]
} {
  const all = new Map<string, { name: string; machine: string; atMs: number[]; values: number[] }>()
  return {
    add(name, { machine, atMs }, value) {
      const key = JSON.stringify([name, machine])
      const one = all.get(key) ?? { name, machine, atMs: [], values: [] }
      all.set(key, one)
      one.atMs.push(atMs)
      one.values.push(value)
    },
    all: () =>
      [...all.values()]
        .map((one) => ({ ...one, atMs: [...one.atMs], values: [...one.values] }))
        .sort((one, other) => machineNumber(one.machine) - machineNumber(other.machine)),
  }
}

/** At most so many values in all: of each run of neighbours the least and the greatest stay, where they were. Pure. */
export function thinnedTo(
  most: number,
  series: readonly MetricSeries[],
): { readonly series: readonly MetricSeries[]; readonly isThinned: boolean } {
  const total = series.reduce((sum, { values }) => sum + values.length, 0)
  if (total <= most) return { series, isThinned: false }
  return { series: series.map((each) => thinned(each, Math.ceil((2 * total) / most))), isThinned: true }
}

function thinned(series: MetricSeries, run: number): MetricSeries {
  const kept: number[] = []
  for (let from = 0; from < series.values.length; from += run) {
    const to = Math.min(from + run, series.values.length)
    let [least, greatest] = [from, from]
    for (let at = from; at < to; at += 1) {
      if ((series.values[at] ?? 0) < (series.values[least] ?? 0)) least = at
      if ((series.values[at] ?? 0) > (series.values[greatest] ?? 0)) greatest = at
    }
    kept.push(...new Set([Math.min(least, greatest), Math.max(least, greatest)]))
  }
  return { ...series, atMs: kept.map((at) => series.atMs[at] ?? 0), values: kept.map((at) => series.values[at] ?? 0) }
}
