import { StringDecoder } from 'node:string_decoder'
import type { MetricValue } from '../../platform/jobs.ts'
import { longestLineBytes } from './format.ts'
import type { JobPlan } from '../request/job-plan.ts'

/** Finds metric values in the output of one machine, line by line. */
export interface MetricFinder {
  feed(bytes: Uint8Array, atMs: number): readonly MetricValue[]
  /** The values of a last line without a line end. */
  end(atMs: number): readonly MetricValue[]
}

/** A finder that does nothing when there is nothing to find. */
export function metricFinder(metrics: JobPlan['metrics']): MetricFinder {
  if (metrics.length === 0) return { feed: () => [], end: () => [] }
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    feed(bytes, atMs) {
      const lines = (rest + decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))).split('\n')
      rest = lines.pop() ?? ''
      // An endless line is a progress bar or a mistake; its beginning holds no metric worth the memory.
      if (rest.length > longestLineBytes) rest = rest.slice(-1024)
      return lines.flatMap((line) => valuesIn(line, metrics, atMs))
    },
    end: (atMs) => valuesIn(rest + decoder.end(), metrics, atMs),
  }
}

function valuesIn(line: string, metrics: JobPlan['metrics'], atMs: number): readonly MetricValue[] {
  return metrics.flatMap(({ name, pattern }) => {
    const text = pattern.exec(line)?.[1]
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(value) ? [{ name, value, atMs }] : []
  })
}
