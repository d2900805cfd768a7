import { setMaxListeners } from 'node:events'
import { isSsmError, type SsmError } from '../../errors/ssm-error.ts'
import { isTerminal, type JobRef, type Jobs } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { FollowOptions, LogLine, Logs } from '../../platform/logs.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients } from '../clients.ts'
import { freshTokens } from '../page-tokens.ts'
import { linesOf, streamsOf } from './log-streams.ts'
import { rateLimiter, retryPolicy, type RateLimiter, type RetryLimits } from '../rate-limiter.ts'
import { errorKindOf } from '../error-kind.ts'
import { withErrorTranslation, hasExpired } from '../translate.ts'

export interface LogsOptions {
  readonly clients: Clients
  readonly jobs: Pick<Jobs, 'watch'>
  readonly clock: Clock
  readonly retryLimits: RetryLimits
}

interface Paces {
  readonly streams: RateLimiter
  readonly events: RateLimiter
}

/** CloudWatch's group for a kind of job. */
export const logGroups: Readonly<Record<JobKind, string>> = {
  training: '/aws/sagemaker/TrainingJobs',
  processing: '/aws/sagemaker/ProcessingJobs',
}

// Lines arrive seconds after they were written: two looks this far apart that find nothing new make an end.
const quietMs = 5_000
const shortestPauseMs = 2_000
const longestPauseMs = 8_000
/** A job that ended this long ago has no line on its way any more. */
const settledMs = 300_000

/** CloudWatch Logs behind the doorway. The paces are half of what an account has for each API, for all jobs together. */
export function awsLogs(options: LogsOptions): Logs {
  const { clock } = options
  const paces = {
    streams: rateLimiter({ perSecond: 10, burst: 10, clock }),
    events: rateLimiter({ perSecond: 12, burst: 20, clock }),
  }
  return {
    follow: (job, settings = {}) =>
      settings.untilNow === true ? untilNow(job, settings, options, paces.events) : following(job, settings, options, paces),
  }
}

async function* following(job: JobRef, settings: FollowOptions, options: LogsOptions, paces: Paces): AsyncGenerator<LogLine> {
  settings.signal?.throwIfAborted()
  const leaving = new AbortController()
  setMaxListeners(0, leaving.signal)
  const leave = (): void => leaving.abort(settings.signal?.reason)
  settings.signal?.addEventListener('abort', leave, { once: true })
  const end = endOf(job, options.jobs, leaving.signal)
  try {
    yield* rounds(job, settings, options, paces, { end, leaving: leaving.signal })
  } finally {
    settings.signal?.removeEventListener('abort', leave)
    leaving.abort()
    await end.done
  }
}

async function* rounds(
  job: JobRef,
  { sinceMs, signal }: FollowOptions,
  { clock, clients, retryLimits }: LogsOptions,
  paces: Paces,
  { end, leaving }: { readonly end: End; readonly leaving: AbortSignal },
): AsyncGenerator<LogLine> {
  const streams = streamsOf({ clients, group: logGroups[job.kind], job: job.name, sinceMs, paces, signal: leaving })
  const trouble = retryPolicy(clock, retryLimits)
  const quiet = quietness(clock)
  for (;;) {
    // What is known of the end now, before looking: a line written before it cannot be missed by this look.
    const ended = end.state()
    let pauseMs: number
    try {
      const before = quiet.lines()
      for await (const line of streams.round()) {
        quiet.line()
        yield line
      }
      trouble.succeeded()
      if (!streams.hasMore() && quiet.isOver(ended, before)) return end.confirm(quiet.lines())
      pauseMs = streams.hasMore() ? 0 : ended === undefined ? quiet.pauseMs(before) : quietMs
    } catch (error) {
      signal?.throwIfAborted()
      if (hasExpired(error)) clients.renew()
      const verdict = trouble.failed(error)
      if (verdict === undefined) throw error
      pauseMs = verdict.waitMs
    }
    if (pauseMs > 0) await end.orAfter(pauseMs, clock, leaving)
    signal?.throwIfAborted()
  }
}

interface Ended {
  readonly atMs: number
}

interface Quietness {
  line(): void
  /** Lines so far. */
  lines(): number
  /** The pause before the next look: longer the longer nothing comes. */
  pauseMs(before: number): number
  /** Whether the job ended and nothing more came for long enough; `before`: lines before this look. */
  isOver(ended: Ended | undefined, before: number): boolean
}

function quietness(clock: Clock): Quietness {
  let many = 0
  let sinceMs: number | undefined
  let nextMs = shortestPauseMs
  return {
    line: () => void (many += 1),
    lines: () => many,
    pauseMs: (before) => (nextMs = many > before ? shortestPauseMs : Math.min(nextMs * 1.5, longestPauseMs)),
    isOver: (ended, before) => {
      if (many > before || ended === undefined) sinceMs = undefined
      if (many > before || ended === undefined) return false
      if (clock.now() - ended.atMs >= settledMs) return true
      sinceMs ??= clock.now()
      return clock.now() - sinceMs >= quietMs
    },
  }
}

interface End {
  /** When the job ended; `undefined` while it runs. Throws what watching it threw. */
  state(): Ended | undefined
  /** Waits so long, or shorter when the job ends meanwhile. */
  orAfter(ms: number, clock: Clock, signal: AbortSignal): Promise<void>
  /** The lines of a deleted job are still there; of a job that never was there are none, and that is an error. */
  confirm(lines: number): void
  readonly done: Promise<void>
}

/** Watches for the job's end beside the reading of its lines. */
function endOf(job: JobRef, jobs: Pick<Jobs, 'watch'>, signal: AbortSignal): End {
  let ended: Ended | undefined
  let failure: { readonly error: unknown } | undefined
  let lost: SsmError | undefined
  const wake = new AbortController()
  const watching = async (): Promise<void> => {
    try {
      for await (const state of jobs.watch(job, { signal })) if (isTerminal(state.status)) ended = { atMs: state.endedAtMs ?? 0 }
    } catch (error) {
      if (isSsmError(error, 'JOB_LOST')) {
        lost = error
        ended = { atMs: 0 }
      } else if (!signal.aborted) failure = { error }
    }
    wake.abort()
  }
  return {
    done: watching(),
    state: () => {
      if (failure !== undefined) throw failure.error
      return ended
    },
    confirm: (lines) => {
      if (lines === 0 && lost !== undefined) throw lost
    },
    orAfter: async (ms, clock, stop) => {
      const over = new AbortController()
      const cut = (): void => over.abort()
      const causes = ended === undefined ? [stop, wake.signal] : [stop]
      if (causes.some(({ aborted }) => aborted)) return
      for (const cause of causes) cause.addEventListener('abort', cut, { once: true })
      try {
        await clock.sleep(ms, over.signal).catch(() => undefined)
      } finally {
        for (const cause of causes) cause.removeEventListener('abort', cut)
      }
    },
  }
}

/** Every line there is now, by one search over all streams of the job. */
async function* untilNow(
  job: JobRef,
  { signal, sinceMs }: FollowOptions,
  { clients }: LogsOptions,
  events: RateLimiter,
): AsyncGenerator<LogLine> {
  const operation = { action: 'logs:FilterLogEvents', resource: logGroups[job.kind] }
  const input = {
    logGroupName: logGroups[job.kind],
    logStreamNamePrefix: `${job.name}/`,
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
      if (logStreamName.startsWith(input.logStreamNamePrefix)) yield* linesOf(logStreamName, message, timestamp)
    }
    token = fresh(page?.nextToken)
  } while (token !== undefined)
}
