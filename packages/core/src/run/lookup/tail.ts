import type { Fields } from '../../options/did-you-mean.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { LogLine } from '../../platform/logs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, jobProblemsOf, optionProblemsOf, platformProblemsOf } from './given.ts'

/** Which lines of a log to give. */
export interface TailOptions extends Abortable {
  /** How many of the last lines there are now; every line when absent. Lines before them are not read where the platform can. */
  readonly last?: number
  /** Goes on with new lines until the job has ended. Default `false`. */
  readonly follow?: boolean
  /** Leaves out lines written before this moment. */
  readonly sinceMs?: number
  /** Gives only lines of this machine; `last` counts these. */
  readonly machine?: string
  /** Gives only lines for which this is true; `last` counts these. */
  readonly where?: (line: LogLine) => boolean
}

const tailFields: Fields<TailOptions> = { last: true, follow: true, sinceMs: true, machine: true, where: true, signal: true }

/**
 * The lines of a job's log, none lost and none twice. Without `last` each line is given as it is read and nothing is kept;
 * with it, at most about that many lines are held in memory, of each machine.
 */
export function tailLog(job: JobRef, platform: Platform, asked: TailOptions = {}): AsyncIterable<LogLine> {
  assertGiven('tailLog', [...jobProblemsOf(job), ...platformProblemsOf(platform), ...optionProblemsOf(asked, tailFields)])
  const { follow = false, ...options } = asked
  return platform.logs.follow(job, { ...options, untilNow: !follow })
}
