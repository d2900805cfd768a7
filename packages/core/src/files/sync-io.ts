import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * A disk is slow when so many pieces in a row take longer than this. A single one says nothing: the processor may have been
 * with someone else.
 */
const slowMs = 0.5
const slowOnes = 8
/** How long it is left to the other threads before it is tried again. */
const pauseMs = 250
/** How long others wait at most while one piece follows another. */
const sliceMs = 4

let slowInARow = 0
let elsewhereUntilMs = 0
let workedMs = 0

/**
 * Does a small piece of file work here and now, as long as the disk answers at once: handing it to another thread and back
 * takes several times longer than the work on a local disk, and with ten thousand files that is seconds. When the disk is
 * slow, as one behind a network is, it is done `elsewhere`, many pieces at a time. Both must do the same.
 */
export async function syncWhileFast<Value>(now: () => Value, elsewhere: () => Promise<Value>): Promise<Value> {
  const startMs = performance.now()
  if (startMs < elsewhereUntilMs) return elsewhere()
  try {
    return now()
  } finally {
    workedMs += noted(startMs)
    if (workedMs > sliceMs) {
      workedMs = 0
      await nextTurn()
    }
  }
}

/** The same for whoever gives the thread back after each piece anyway: nothing is waited for when the work was done here. */
export function syncIfFast(now: () => void, elsewhere: () => Promise<void>): Promise<void> | undefined {
  const startMs = performance.now()
  if (startMs < elsewhereUntilMs) return elsewhere()
  try {
    now()
    return undefined
  } finally {
    noted(startMs)
  }
}

/** How long it took, which decides where the next pieces are done. */
function noted(startMs: number): number {
  const tookMs = performance.now() - startMs
  slowInARow = tookMs > slowMs ? slowInARow + 1 : 0
  if (slowInARow === slowOnes) {
    slowInARow = 0
    elsewhereUntilMs = startMs + tookMs + pauseMs
  }
  return tookMs
}
