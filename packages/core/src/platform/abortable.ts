/** Every asynchronous act takes a signal; an abort rejects with `signal.reason`. */
export interface Abortable {
  /** Ends the call early: it rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}
