/** A promise that is settled from outside. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (cause: unknown) => void
}

/** As `Promise.withResolvers`, which Node 20 does not have. */
export function deferred<Value>(): Deferred<Value> {
  const ends: { resolve?: (value: Value) => void; reject?: (cause: unknown) => void } = {}
  const promise = new Promise<Value>((resolve, reject) => Object.assign(ends, { resolve, reject }))
  return { promise, resolve: (value) => ends.resolve?.(value), reject: (cause) => ends.reject?.(cause) }
}
