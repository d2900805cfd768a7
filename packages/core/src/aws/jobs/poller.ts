import { setMaxListeners } from 'node:events'
import { isSsmError } from '../../errors/ssm-error.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobRef, type JobState } from '../../platform/jobs.ts'
import type { Clock } from '../../time/clock.ts'
import { dueQueue, type DueQueue } from './due-queue.ts'
import { retryPolicy, type RateLimiter, type RetryLimits, type RetryPolicy } from '../rate-limiter.ts'
import { hasExpired } from '../translate.ts'

/** One poller for any number of jobs of a kind: each job is described once per round, however many watch it. */
export interface Poller extends AsyncDisposable {
  watch(job: JobRef, signal?: AbortSignal): AsyncGenerator<JobState>
  /** Looks at this job soon: something was done to it. */
  hurry(job: JobRef): void
  /** How many jobs are being watched. */
  size(): number
}

export interface PollerOptions {
  /** The job now; `undefined` when it is gone. One call of the API each. */
  readonly describe: (job: JobRef, signal: AbortSignal) => Promise<JobState | undefined>
  readonly rateLimiter: RateLimiter
  readonly clock: Clock
  readonly retryLimits: RetryLimits
  /** Called when credentials have expired, before the next try. */
  readonly onExpired: () => void
  readonly random: () => number
}

interface Watched {
  readonly job: JobRef
  readonly watchers: Set<Watcher>
  readonly retryPolicy: RetryPolicy
  state?: JobState
  text?: string
  seenAtMs: number
  /** Being looked at: then it is not in the queue. */
  looking: boolean
}

interface Watcher {
  readonly unread: JobState[]
  /** The newest state it was given, as text: only what differs is given. */
  text?: string
  wake: () => void
  failure?: { readonly error: unknown }
}

/** What one poller knows. */
interface Round {
  readonly options: PollerOptions
  readonly jobs: Map<string, Watched>
  readonly due: DueQueue<Watched>
  readonly closed: AbortController
  loop: Promise<void> | undefined
  /** The sleep under way, if any. */
  nap: AbortController | undefined
  inFlight: number
}

// Few jobs are looked at every 5 s; many share the rate, so that a round takes as long as it must and no longer.
const shortestRoundMs = 5_000
const freshForMs = 2_000
const atOnce = 64

/** Starts nothing by itself: a loop runs while jobs are watched, and ends with the last of them. */
export function poller(options: PollerOptions): Poller {
  const round: Round = {
    options,
    jobs: new Map(),
    due: dueQueue(),
    closed: new AbortController(),
    loop: undefined,
    nap: undefined,
    inFlight: 0,
  }
  // Every call under way listens to it, and they are many.
  setMaxListeners(0, round.closed.signal)
  return {
    watch: (job, signal) => watch(round, job, signal),
    hurry: (job) => hurry(round, round.jobs.get(keyOf(job))),
    size: () => round.jobs.size,
    [Symbol.asyncDispose]: async () => {
      round.closed.abort()
      wake(round)
      for (const { watchers } of round.jobs.values()) for (const watcher of watchers) watcher.wake()
      await round.loop
    },
  }
}

async function* watch(round: Round, job: JobRef, signal: AbortSignal | undefined): AsyncGenerator<JobState> {
  signal?.throwIfAborted()
  if (round.closed.signal.aborted) throw shut()
  const watcher: Watcher = { unread: [], wake: () => undefined }
  const watched = join(round, job, watcher)
  const leave = (): void => watcher.wake()
  signal?.addEventListener('abort', leave)
  keepLooking(round)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const state = watcher.unread.shift()
      if (state !== undefined) {
        yield state
        if (isTerminal(state.status)) return
        continue
      }
      if (watcher.failure !== undefined) throw watcher.failure.error
      if (round.closed.signal.aborted) throw shut()
      await new Promise<void>((resolve) => (watcher.wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', leave)
    watched.watchers.delete(watcher)
    if (watched.watchers.size === 0 && round.jobs.get(keyOf(job)) === watched) forget(round, watched)
    if (round.jobs.size === 0) wake(round)
  }
}

function join(round: Round, job: JobRef, watcher: Watcher): Watched {
  const { clock, retryLimits, random } = round.options
  const found = round.jobs.get(keyOf(job))
  if (found === undefined) {
    const watchers = new Set([watcher])
    const policy = retryPolicy(clock, retryLimits, random)
    const watched: Watched = { job, watchers, retryPolicy: policy, seenAtMs: -Infinity, looking: false }
    round.jobs.set(keyOf(job), watched)
    round.due.add(watched, 0)
    return watched
  }
  found.watchers.add(watcher)
  if (found.state !== undefined && found.text !== undefined && clock.now() - found.seenAtMs < freshForMs) {
    watcher.unread.push(found.state)
    watcher.text = found.text
  } else hurry(round, found)
  return found
}

function hurry(round: Round, watched: Watched | undefined): void {
  if (watched === undefined || watched.looking) return
  round.due.remove(watched)
  round.due.add(watched, 0)
  wake(round)
}

const awake = new Error('awake')

/** Cuts the sleep under way short; the reason is made once, for its stack costs more than all the rest. */
const wake = (round: Round): void => round.nap?.abort(awake)

function forget(round: Round, watched: Watched): void {
  round.jobs.delete(keyOf(watched.job))
  round.due.remove(watched)
}

function keepLooking(round: Round): void {
  wake(round)
  round.loop ??= lookInTurn(round).finally(() => {
    round.loop = undefined
    if (round.jobs.size > 0 && !round.closed.signal.aborted) keepLooking(round)
  })
}

async function lookInTurn(round: Round): Promise<void> {
  const { clock, rateLimiter } = round.options
  while (round.jobs.size > 0 && !round.closed.signal.aborted) {
    const next = round.inFlight < atOnce ? round.due.first() : undefined
    const waitMs = next === undefined ? shortestRoundMs : next.dueAtMs - clock.now()
    if (next === undefined || waitMs > 0) {
      // A sleep that a new job, or an answer, cuts short.
      round.nap = new AbortController()
      await clock.sleep(waitMs, round.nap.signal).catch(() => undefined)
      round.nap = undefined
      continue
    }
    const watched = next.item
    watched.looking = true
    round.due.remove(watched)
    await rateLimiter.take(round.closed.signal).catch(() => undefined)
    if (round.closed.signal.aborted) return
    if (round.jobs.get(keyOf(watched.job)) === watched) void look(round, watched)
  }
}

async function look(round: Round, watched: Watched): Promise<void> {
  const { clock, rateLimiter, random, describe } = round.options
  round.inFlight += 1
  let waitMs: number | undefined
  try {
    const state = await describe(watched.job, round.closed.signal)
    watched.retryPolicy.succeeded()
    if (state === undefined) fail(round, watched, lost(watched.job))
    else give(round, watched, state)
    waitMs = roundMs(rateLimiter, round.jobs.size) * (0.9 + random() / 10)
  } catch (error) {
    waitMs = round.closed.signal.aborted ? undefined : pauseAfterError(round, watched, error)
  } finally {
    round.inFlight -= 1
    watched.looking = false
    if (waitMs !== undefined && round.jobs.get(keyOf(watched.job)) === watched) round.due.add(watched, clock.now() + waitMs)
    wake(round)
  }
}

/** When to look again; `undefined` when there is no use. */
function pauseAfterError(round: Round, watched: Watched, error: unknown): number | undefined {
  if (isSsmError(error, 'PLATFORM_THROTTLED')) round.options.rateLimiter.slowDown()
  if (hasExpired(error)) round.options.onExpired()
  const verdict = watched.retryPolicy.failed(error)
  if (verdict === undefined) fail(round, watched, error)
  return verdict?.waitMs
}

function give(round: Round, watched: Watched, state: JobState): void {
  const text = JSON.stringify(state)
  Object.assign(watched, { state, text, seenAtMs: round.options.clock.now() })
  for (const watcher of watched.watchers) {
    if (watcher.text === text) continue
    watcher.text = text
    watcher.unread.push(state)
    watcher.wake()
  }
  if (isTerminal(state.status)) forget(round, watched)
}

function fail(round: Round, watched: Watched, error: unknown): void {
  forget(round, watched)
  for (const watcher of watched.watchers) {
    watcher.failure = { error }
    watcher.wake()
  }
}

/** A whole round over the jobs: never faster than the rate allows, never more often than is of use. */
const roundMs = (rateLimiter: RateLimiter, many: number): number => Math.max(shortestRoundMs, (many / rateLimiter.rate()) * 1_000)

const keyOf = (job: JobRef): string => `${job.kind} ${job.name}`

const lost = (job: JobRef): PlatformError =>
  new PlatformError('JOB_LOST', `The job ${job.name} is gone: someone deleted it.`, {
    hint: 'Its objects may still be in the bucket; run the task again for a new job.',
    facts: { ...job },
  })

const shut = (): PlatformError =>
  new PlatformError('RUN_ABORTED', 'The platform was closed while a job was watched; the job itself goes on.', {
    hint: 'Keep the platform open while you wait.',
  })
