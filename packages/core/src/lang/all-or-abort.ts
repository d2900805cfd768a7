import { setMaxListeners } from 'node:events'

/**
 * Does several things at once and gives all their values. The first failure aborts the others, and it rejects with that
 * failure only when all have ended: nothing goes on in the background. `signal` stops them from outside.
 */
export async function allOrAbort<const Values extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  start: (signal: AbortSignal) => { readonly [Index in keyof Values]: Promise<Values[Index]> },
): Promise<Values> {
  const stop = new AbortController()
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  // Each part may listen to it several times: more than ten listeners are no leak.
  setMaxListeners(0, both)
  const work = start(both)
  const failures: unknown[] = []
  const ends = work.map((part) =>
    part.catch((cause: unknown) => {
      failures.push(cause)
      stop.abort(cause)
    }),
  )
  await Promise.all(ends)
  if (failures.length > 0) throw signal?.aborted === true ? signal.reason : failures[0]
  return Promise.all(work)
}
