import type { Abortable } from './abortable.ts'
import type { JobRef } from './jobs.ts'

/** One line that a machine wrote, to stdout or stderr. */
export interface LogLine {
  /** Which machine wrote it: `algo-1`, `algo-2`, … on every platform. */
  readonly machine: string
  /** One line without its line end, at most 256 KiB. */
  readonly text: string
  /** When it was written, in milliseconds since 1970. */
  readonly atMs: number
}

/** Which lines of a job, and until when. */
export interface FollowOptions extends Abortable {
  /** Leaves out lines written before this moment. */
  readonly sinceMs?: number
  /** Ends at the last line there is now instead of waiting for the job's end. Default `false`. */
  readonly untilNow?: boolean
  /** Only lines of this machine. */
  readonly machine?: string
  /** Only lines for which this is true. */
  readonly where?: (line: LogLine) => boolean
  /**
   * Begins with the last so many lines there are now, of those that the other options let through; `0` begins with the next one.
   * A platform reads them from the end of the log where it can.
   */
  readonly last?: number
}

/** Reads what the machines of a job wrote. */
export interface Logs {
  /**
   * Every line of every machine from the first one on, unless the options leave some out; none lost and none twice, and those of
   * one machine in order.
   * Ends once the job has ended and its last line was given.
   */
  follow(job: JobRef, options?: FollowOptions): AsyncIterable<LogLine>
}

/** Keeps the last items of many, and at most about so many in memory. */
export interface LastItems<Item> {
  add(item: Item): void
  items(): readonly Item[]
}

/** The last `count` of what is added. */
export function lastItems<Item>(count: number): LastItems<Item> {
  const kept: Item[] = []
  return {
    add(item) {
      kept.push(item)
      // A quarter at a time: removing one item for each that comes is slow.
      if (kept.length > count * 1.25 + 64) kept.splice(0, kept.length - count)
    },
    items: () => (count === 0 ? [] : kept.slice(-count)),
  }
}
