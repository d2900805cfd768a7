/** Every asynchronous act takes a signal; an abort rejects with `signal.reason`. */
export interface Abortable {
  readonly signal?: AbortSignal
}
