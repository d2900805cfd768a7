import type { FollowOptions, LogLine } from '../../platform/logs.ts'
import type { JobRef, Jobs } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients } from '../clients.ts'
import { errorKindOf } from '../error-kind.ts'
import { freshTokens } from '../page-tokens.ts'
import type { RateLimiter, RetryLimits } from '../rate-limiter.ts'
import { withErrorTranslation } from '../translate.ts'
import { streamsOf } from './log-streams.ts'
import { linesOf } from './stream.ts'

export interface LogsOptions {
  readonly clients: Clients
  readonly jobs: Pick<Jobs, 'watch'>
  readonly clock: Clock
  readonly retryLimits: RetryLimits
}

/** The paces of the two calls. */
export interface Paces {
  readonly streams: RateLimiter
  readonly events: RateLimiter
}

/** CloudWatch's group for a kind of job. */
export const logGroups: Readonly<Record<JobKind, string>> = {
  training: '/aws/sagemaker/TrainingJobs',
  processing: '/aws/sagemaker/ProcessingJobs',
}

/** Whether the options let a line through. */
export const wanted =
  ({ machine, where = () => true }: FollowOptions) =>
  (line: LogLine): boolean =>
    (machine ?? line.machine) === line.machine && where(line)

/** The last lines there are now. */
export async function* newestOnly(
  job: JobRef,
  settings: FollowOptions,
  count: number,
  { clients }: LogsOptions,
  paces: Paces,
): AsyncGenerator<LogLine> {
  const { sinceMs, machine, signal = new AbortController().signal } = settings
  const streams = streamsOf({ clients, group: logGroups[job.kind], job: job.name, sinceMs, machine, paces, signal })
  yield* await streams.newest(count, wanted(settings))
}

/** Every line there is now, by one search over all streams of the job. */
export async function* untilNow(
  job: JobRef,
  settings: FollowOptions,
  { clients }: LogsOptions,
  events: RateLimiter,
): AsyncGenerator<LogLine> {
  const { signal, sinceMs, machine } = settings
  const isWanted = wanted(settings)
  const operation = { action: 'logs:FilterLogEvents', resource: logGroups[job.kind] }
  const input = {
    logGroupName: logGroups[job.kind],
    logStreamNamePrefix: `${job.name}/${machine === undefined ? '' : `${machine}-`}`,
    ...(sinceMs === undefined ? {} : { startTime: sinceMs }),
  }
  const { client, sdk } = await clients.open('logs')
  const fresh = freshTokens(operation)
  let token: string | undefined
  do {
    await events.take(signal)
    const next = token === undefined ? {} : { nextToken: token }
    const page = await withErrorTranslation(operation, signal, async () => {
      try {
        return await client.send(new sdk.FilterLogEventsCommand({ ...input, ...next }), abortable(signal))
      } catch (cause) {
        if (errorKindOf(cause) === 'missing') return undefined // no job of this kind has ever written a line here
        throw cause
      }
    })
    for (const { logStreamName = '', message = '', timestamp = 0 } of page?.events ?? []) {
      // Not every stand-in of the service knows the prefix.
      if (logStreamName.startsWith(input.logStreamNamePrefix))
        for (const line of linesOf(logStreamName, message, timestamp)) if (isWanted(line)) yield line
    }
    token = fresh(page?.nextToken)
  } while (token !== undefined)
}
