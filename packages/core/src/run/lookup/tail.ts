import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { LogLine } from '../../platform/logs.ts'
import type { Platform } from '../../platform/platform.ts'

/** Which lines of a log to give. */
export interface TailOptions extends Abortable {
  /** How many of the last lines there are now; every line when absent. */
  readonly last?: number
  /** Goes on with new lines until the job has ended. Default `false`. */
  readonly follow?: boolean
  /** Leaves out lines written before this moment. */
  readonly sinceMs?: number
  /** Gives only lines for which this is true; `last` counts these. */
  readonly where?: (line: LogLine) => boolean
}

/**
 * The lines of a job's log, none lost and none twice. Without `last` each line is given as it is read and nothing is kept;
 * with it, at most about that many lines are held in memory.
 */
export async function* tailLog(job: JobRef, platform: Platform, options: TailOptions = {}): AsyncGenerator<LogLine> {
  const { last, follow = false, where = () => true, sinceMs, signal } = options
  const from = { ...(sinceMs === undefined ? {} : { sinceMs }), ...(signal === undefined ? {} : { signal }) }
  const seen = new Map<string, number>()
  if (last !== undefined) {
    for (const line of await lastLines(platform.logs.follow(job, { untilNow: true, ...from }), last, where, seen)) yield line
    if (!follow) return
  }
  // Each machine's lines come in the same order every time, so counting tells old from new.
  for await (const line of platform.logs.follow(job, { untilNow: !follow, ...from })) {
    const old = seen.get(line.machine) ?? 0
    if (old > 0) seen.set(line.machine, old - 1)
    else if (where(line)) yield line
  }
}

async function lastLines(
  lines: AsyncIterable<LogLine>,
  last: number,
  where: (line: LogLine) => boolean,
  seen: Map<string, number>,
): Promise<readonly LogLine[]> {
  const kept: LogLine[] = []
  for await (const line of lines) {
    seen.set(line.machine, (seen.get(line.machine) ?? 0) + 1)
    if (!where(line)) continue
    kept.push(line)
    // A quarter at a time: removing one line per line is slow in a long log.
    if (kept.length > last * 1.25 + 64) kept.splice(0, kept.length - last)
  }
  return last === 0 ? [] : kept.slice(-last)
}
