import type { Duration } from '../../time/duration.ts'
import type { RunOptions } from '../run-options.ts'

/** How a task is rehearsed. */
export interface RehearseOptions extends Pick<RunOptions, 'signal' | 'onEvent'> {
  /** How often the program is interrupted, over several runs of it: from 1 to 1,000; default 20. */
  readonly interruptions?: number
  /** What the moments of the interruptions are drawn from; default one of its own, which the result names. */
  readonly seed?: number
  /** How long the program may go on after SIGTERM before it is killed; default `'2 minutes'`, as on SageMaker. */
  readonly grace?: Duration
}

/** The local platform as a rehearsal needs it. */
export interface RehearsalPlatform {
  readonly root: string
  readonly stopGraceSeconds: number
  /** When the machines are taken away, in seconds after each start of the program. */
  readonly moments: readonly number[]
}
