import type { Clock } from '../../../packages/core/src/time/clock.ts'

interface Sleeper {
  readonly untilMs: number
  readonly order: number
  readonly wake: () => void
}

/** A clock that goes on only when everything waits: hours pass in the time their work takes. */
export interface FakeClock extends Clock {
  /** Lets time pass until `ms` from now, waking sleepers in their order. */
  pass(ms: number): Promise<void>
}

/** `grainMs`: sleeps end at multiples of this, together; a coarse grain makes an hour of thousands cheap. */
export function fakeClock({ startMs = Date.UTC(2026, 10, 22), grainMs = 1 } = {}): FakeClock {
  let nowMs = startMs
  let order = 0
  // A binary heap: thousands sleep at once.
  const heap: Sleeper[] = []
  const before = (left: Sleeper, right: Sleeper): boolean =>
    left.untilMs < right.untilMs || (left.untilMs === right.untilMs && left.order < right.order)
  const push = (sleeper: Sleeper): void => {
    let at = heap.push(sleeper) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(sleeper, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = sleeper
  }
  const pop = (): void => {
    const moved = heap.pop()
    if (moved === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const [left, right] = [heap[child], heap[child + 1]]
      if (left !== undefined && right !== undefined && before(right, left)) child += 1
      const next = heap[child]
      if (next === undefined || !before(next, moved)) break
      heap[at] = next
      at = child
    }
    heap[at] = moved
  }
  // Promise chains of any length in the library settle between two moments of this clock.
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error) // a reason is whatever was given
        const stop = (): void => reject(signal?.reason as Error)
        signal?.addEventListener('abort', stop, { once: true })
        push({
          untilMs: Math.ceil((nowMs + Math.max(0, ms)) / grainMs) * grainMs,
          order: (order += 1),
          wake: () => {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        })
      }),
    pass: async (ms) => {
      const endMs = nowMs + ms
      await settle()
      for (let next = heap[0]; next !== undefined && next.untilMs <= endMs; next = heap[0]) {
        nowMs = Math.max(nowMs, next.untilMs)
        // All of one moment wake together.
        for (let due = heap[0]; due !== undefined && due.untilMs <= nowMs; due = heap[0]) {
          pop()
          due.wake()
        }
        await new Promise((resolve) => setImmediate(resolve))
        if (heap[0] !== undefined && heap[0].untilMs > nowMs) await new Promise((resolve) => setImmediate(resolve))
      }
      nowMs = endMs
      await settle()
    },
  }
}
