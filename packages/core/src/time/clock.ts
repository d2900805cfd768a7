import { setTimeout as pause } from 'node:timers/promises'

/** Time as a port: tests run hours in milliseconds. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number
  /** Resolves after `ms` milliseconds; an abort rejects with `signal.reason`. A pending sleep keeps the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      await pause(ms, undefined, signal === undefined ? {} : { signal })
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason
      throw cause
    }
  },
}
