import { setMaxListeners } from 'node:events'

/**
 * Does `work` for every item, `atOnce` at a time. The first failure stops the rest, and nothing is left running when
 * it rejects. `signal` stops it from outside with `signal.reason`.
 */
export async function eachOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  // Each piece of work may listen to it: more than ten at once are no leak.
  setMaxListeners(0, stop.signal)
  const passOn = (): void => stop.abort(signal?.reason)
  if (signal?.aborted === true) passOn()
  signal?.addEventListener('abort', passOn, { once: true })
  const queue = shared(items)
  const worker = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const next = await queue.next()
      if (next.done === true) return
      await work(next.value, stop.signal)
    }
  }
  try {
    const workers = Array.from({ length: Math.max(1, atOnce) }, async () => {
      try {
        await worker()
      } catch (cause) {
        stop.abort(cause)
      }
    })
    await Promise.all(workers)
    if (stop.signal.aborted) throw stop.signal.reason
  } finally {
    signal?.removeEventListener('abort', passOn)
    await queue.return?.(undefined)
  }
}

async function* shared<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* items
}
