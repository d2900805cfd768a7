import { setMaxListeners } from 'node:events'
import { isSsmError, type SsmError } from '../../errors/ssm-error.ts'
import { isTerminal, type JobRef, type Jobs } from '../../platform/jobs.ts'
import type { FollowOptions, LogLine, Logs } from '../../platform/logs.ts'
import type { Clock } from '../../time/clock.ts'
import { streamsOf, type LogStreams } from './log-streams.ts'
import { logGroups, newestOnly, untilNow, wanted, type LogsOptions, type Paces } from './until-now.ts'
import { rateLimiter, retryPolicy } from '../rate-limiter.ts'
import { hasExpired } from '../translate.ts'

// Lines arrive seconds after they were written: two looks this far apart that find nothing new make an end.
const quietMs = 5_000
const shortestPauseMs = 2_000
const longestPauseMs = 8_000
/** A job that ended this long ago has no line on its way any more. */
const settledMs = 300_000

/** `Logs` in CloudWatch. The paces are half of what an account has for each API, for all jobs together. */
export function awsLogs(options: LogsOptions): Logs {
  const { clock } = options
  const paces = {
    streams: rateLimiter({ perSecond: 10, burst: 10, clock }),
    events: rateLimiter({ perSecond: 12, burst: 20, clock }),
  }
  return {
    follow: (job, settings = {}) =>
      settings.untilNow !== true
        ? following(job, settings, options, paces)
        : settings.last === undefined
          ? untilNow(job, settings, options, paces.events)
          : newestOnly(job, settings, settings.last, options, paces),
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

/** One look: from the last lines there are now, or at what is new since the last look. */
async function* linesFrom(
  streams: LogStreams,
  last: number | undefined,
  isWanted: (line: LogLine) => boolean,
): AsyncGenerator<LogLine> {
  if (last === undefined) yield* streams.round()
  else yield* await streams.newest(last, isWanted)
}

async function* rounds(
  job: JobRef,
  settings: FollowOptions,
  { clock, clients, retryLimits }: LogsOptions,
  paces: Paces,
  { end, leaving }: { readonly end: End; readonly leaving: AbortSignal },
): AsyncGenerator<LogLine> {
  const { sinceMs, machine, last, signal } = settings
  const isWanted = wanted(settings)
  const streams = streamsOf({ clients, group: logGroups[job.kind], job: job.name, sinceMs, machine, paces, signal: leaving })
  let tail = last
  const retries = retryPolicy(clock, retryLimits)
  const silence = silenceWatch(clock)
  for (;;) {
    // What is known of the end now, before looking: a line written before it cannot be missed by this look.
    const ended = end.state()
    let pauseMs: number
    try {
      const before = silence.lines()
      for await (const line of linesFrom(streams, tail, isWanted)) {
        silence.line()
        if (isWanted(line)) yield line
      }
      tail = undefined
      retries.succeeded()
      if (!streams.hasMore() && silence.isOver(ended, before)) return end.confirm(silence.lines())
      pauseMs = streams.hasMore() ? 0 : ended === undefined ? silence.pauseMs(before) : quietMs
    } catch (error) {
      signal?.throwIfAborted()
      if (hasExpired(error)) clients.renew()
      const verdict = retries.failed(error)
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

interface SilenceWatch {
  line(): void
  /** Lines so far. */
  lines(): number
  /** The pause before the next look: longer the longer nothing comes. */
  pauseMs(before: number): number
  /** Whether the job ended and nothing more came for long enough; `before`: lines before this look. */
  isOver(ended: Ended | undefined, before: number): boolean
}

function silenceWatch(clock: Clock): SilenceWatch {
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
