import { StringDecoder } from 'node:string_decoder'
import type { MetricValue } from '../../platform/jobs.ts'
import type { MetricFinder } from '../../platform/metrics/metric-finder.ts'
import { longestLineBytes } from './format.ts'

/** Finds metric values in the output of one machine, line by line. */
export interface MetricReader {
  feed(bytes: Uint8Array, atMs: number): readonly MetricValue[]
  /** The values of a last line without a line end. */
  end(atMs: number): readonly MetricValue[]
}

/** A reader that does nothing when there is nothing to find. */
export function metricReader(finder: MetricFinder | undefined): MetricReader {
  if (finder === undefined) return { feed: () => [], end: () => [] }
  const decoder = new StringDecoder('utf8')
  const valuesIn = (line: string, atMs: number): readonly MetricValue[] =>
    finder.find(line.endsWith('\r') ? line.slice(0, -1) : line).map(({ metric, value }) => ({ name: metric, value, atMs }))
  let rest = ''
  return {
    feed(bytes, atMs) {
      const lines = (rest + decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))).split('\n')
      rest = lines.pop() ?? ''
      // An endless line is a progress bar or a mistake; its beginning holds no metric worth the memory.
      if (rest.length > longestLineBytes) rest = rest.slice(-1024)
      return lines.flatMap((line) => valuesIn(line, atMs))
    },
    end: (atMs) => valuesIn(rest + decoder.end(), atMs),
  }
}
