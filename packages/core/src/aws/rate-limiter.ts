import { isSsmError } from '../errors/ssm-error.ts'
import { growingPauses } from '../time/backoff.ts'
import type { Clock } from '../time/clock.ts'
import { hasExpired } from './translate.ts'

/** How fast one API is called: a bucket of tokens that is filled slower when AWS asks for it. */
export interface RateLimiter {
  /** Resolves when a call may be made. Callers are served in order. */
  take(signal?: AbortSignal): Promise<void>
  /** AWS asked to slow down: the rate falls by a third at once and recovers within minutes. */
  slowDown(): void
  /** Calls per second allowed now. */
  rate(): number
}

export interface RateLimiterOptions {
  readonly perSecond: number
  /** Calls that may be made at once after a pause. */
  readonly burst: number
  readonly clock: Clock
}

const slowest = 0.5
const recoversInMs = 120_000

/** The limiter of one API. Rates published or observed are in the callers; this only keeps to them. */
export function rateLimiter({ perSecond, burst, clock }: RateLimiterOptions): RateLimiter {
  let slowed = perSecond
  let slowedAtMs = -Infinity
  let tokens = burst
  let filledAtMs = clock.now()
  let line: Promise<void> = Promise.resolve()

  const rate = (): number => {
    const recovered = Math.min(1, (clock.now() - slowedAtMs) / recoversInMs)
    return slowed + (perSecond - slowed) * recovered
  }
  const fill = (): void => {
    const nowMs = clock.now()
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1_000) * rate())
    filledAtMs = nowMs
  }
  const turn = async (signal: AbortSignal | undefined): Promise<void> => {
    for (fill(); tokens < 1; fill()) await clock.sleep(Math.max(1, Math.ceil(((1 - tokens) / rate()) * 1_000)), signal)
    tokens -= 1
  }
  return {
    rate,
    take: (signal) => {
      const mine = line.then(() => turn(signal))
      line = mine.catch(() => undefined)
      return mine
    },
    slowDown: () => {
      // A burst of refusals is one message, not twenty.
      if (clock.now() - slowedAtMs < 1_000) return
      slowed = Math.max(slowest, rate() * 0.67)
      slowedAtMs = clock.now()
      tokens = Math.min(tokens, 0)
    },
  }
}

/** How long one call may take to get anywhere. */
export interface Timeouts {
  /** How long connecting may take, in milliseconds. */
  readonly connectMs?: number
  /** How long a connection may be silent, in milliseconds. */
  readonly idleMs?: number
}

/** How long one keeps trying when AWS is out of reach, and when fresh credentials are needed. */
export interface RetryLimits {
  /** How long a call is repeated while the service cannot be reached, in milliseconds. */
  readonly unreachableMs: number
  /** How long a call is repeated with expired credentials, in milliseconds. */
  readonly expiredMs: number
}

export const defaultRetryLimits: RetryLimits = { unreachableMs: 15 * 60_000, expiredMs: 60 * 60_000 }

/** What a failure of a read-only call asks for: wait and try again, or give up. */
export interface Verdict {
  readonly waitMs: number
}

/**
 * Judges failures in a row of something read-only. Gives the pause before the next try, or `undefined` once its limits are
 * used up or trying again is no use. One per thing watched; `succeeded` starts it anew.
 */
export function retryPolicy(clock: Clock, retryLimits: RetryLimits, random: () => number = Math.random): RetryPolicy {
  let sinceMs: number | undefined
  let pauses = growingPauses(1_000, 30_000, random)
  return {
    succeeded: () => {
      if (sinceMs === undefined) return
      sinceMs = undefined
      pauses = growingPauses(1_000, 30_000, random)
    },
    failed: (error) => {
      const mostMs = hasExpired(error) ? retryLimits.expiredMs : isPassing(error) ? retryLimits.unreachableMs : 0
      sinceMs ??= clock.now()
      return clock.now() - sinceMs >= mostMs ? undefined : { waitMs: pauses.next().value }
    },
  }
}

export interface RetryPolicy {
  succeeded(): void
  failed(error: unknown): Verdict | undefined
}

const isPassing = (error: unknown): boolean =>
  isSsmError(error, 'PLATFORM_THROTTLED') || isSsmError(error, 'PLATFORM_UNREACHABLE')
