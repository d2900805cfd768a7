import { join } from 'node:path'

/** One start of one machine: `algo-1-<epoch in ms>.log`, named as SageMaker names a log stream. */
export interface LogStream {
  readonly machine: string
  readonly startedAtMs: number
  readonly path: string
}

export function streamPath(logs: string, machine: string, startedAtMs: number): string {
  return join(logs, `${machine}-${startedAtMs}.log`)
}

/** Reads a file name of the log folder; `undefined` for what is no stream. */
export function streamOf(logs: string, name: string): LogStream | undefined {
  const found = /^(algo-\d+)-(\d+)\.log$/.exec(name)
  return found === null ? undefined : { machine: found[1] ?? '', startedAtMs: Number(found[2]), path: join(logs, name) }
}

/**
 * The file beside a log that tells when its bytes came: lines `<offset> <epoch in ms>`, growing, each holding until the
 * next. Beside, so that the log itself is exactly what the program printed.
 */
export function timesPath(log: string): string {
  return log.replace(/\.log$/, '.times')
}

/** Longer lines are cut into pieces of this size. */
export const longestLineBytes = 256 * 1024
