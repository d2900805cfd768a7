import type { RunEvent } from '../events/run-event.ts'

/** When one call starts a job. */
export interface RunPolicy {
  /** Starts a new job whatever happened before. */
  readonly force?: boolean
  /** `'completed'` takes the newest job when it completed, whatever has changed since, as the Python original did. */
  readonly skip?: 'completed'
  /** Removes the task's state first and starts. */
  readonly clean?: boolean
}

/** How one call behaves. What the task *is* stands in the chain. */
export interface RunOptions extends RunPolicy {
  /** Ends the preparing and the waiting, with `RunAbortedError`; a submitted job goes on. */
  readonly signal?: AbortSignal
  /** Called with everything that happens, in order. */
  readonly onEvent?: (event: RunEvent) => void
  /** How many tasks may run at once when this one needs others; default 4. */
  readonly parallel?: number
}
