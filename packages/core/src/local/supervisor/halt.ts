/** Why a job is ended from outside: its user asked for it, its time limit, or (simulated) spot capacity that was taken away. */
export type HaltReason = 'stop' | 'timeout' | 'interruption'

/** One way for everything in a job to learn that it is to end. */
export interface Halt {
  readonly signal: AbortSignal
  reason(): HaltReason | undefined
  /** The first reason counts, except that a stop or the time limit outdoes an interruption. */
  request(reason: HaltReason): void
  /** A fresh start after an interruption; `false` when the job is to end for good. */
  again(): boolean
  /** Requests a halt after some time, unless it is cancelled. */
  after(ms: number, reason: HaltReason): { cancel(): void }
}

// The longest wait a timer can do: 24 days.
const longestTimerMs = 2 ** 31 - 1

export function newHalt(): Halt {
  let controller = new AbortController()
  let reason: HaltReason | undefined
  const request = (next: HaltReason): void => {
    if (reason === undefined || reason === 'interruption') reason = next
    controller.abort(new Error(reason))
  }
  return {
    get signal() {
      return controller.signal
    },
    reason: () => reason,
    request,
    again() {
      if (reason !== 'interruption') return false
      controller = new AbortController()
      reason = undefined
      return true
    },
    after(ms, why) {
      const dueMs = performance.now() + ms
      let timer: NodeJS.Timeout
      const wait = (): void => {
        const leftMs = dueMs - performance.now()
        timer =
          leftMs <= 0
            ? setTimeout(() => request(why), 0)
            : setTimeout(leftMs > longestTimerMs ? wait : () => request(why), Math.min(leftMs, longestTimerMs))
      }
      wait()
      return { cancel: () => clearTimeout(timer) }
    },
  }
}
