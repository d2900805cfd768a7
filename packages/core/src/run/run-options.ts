import type { RunEvent } from '../events/run-event.ts'
import type { Duration } from '../time/duration.ts'

/** When one call starts a job. */
export interface RunPolicy {
  /** Starts a new job whatever happened before. */
  readonly force?: boolean
  /** `'completed'` takes the newest job when it completed, whatever has changed since, as the Python original did. */
  readonly skip?: 'completed'
  /** Removes the task's state first and starts. */
  readonly clean?: boolean
}

/** As a caller inside this library gives it. */
export interface ReasonedPolicy extends RunPolicy {
  /** Why it is forced, as a decision tells it; default `'it was forced'`. */
  readonly because?: string
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

/** How a task is rehearsed. */
export interface RehearseOptions<Time = Duration> extends Pick<RunOptions, 'signal' | 'onEvent'> {
  /** How often the program is interrupted, over several runs of it: from 1 to 1,000; default 20. */
  readonly interruptions?: number
  /** What the moments of the interruptions are drawn from; default one of its own, which the result names. */
  readonly seed?: number
  /**
   * How long the program may go on after SIGTERM before it is killed; default `'2 minutes'`, as on SageMaker. A run in which it had to be
   * killed sooner is repeated with ten times as long, at most two minutes: a busy computer makes a program late that listens.
   */
  readonly grace?: Time
}

/** The local platform as a rehearsal needs it. */
export interface RehearsalPlatform {
  readonly root: string
  readonly stopGraceSeconds: number
  /** When the machines are taken away, in seconds after each start of the program. */
  readonly moments: readonly number[]
}
