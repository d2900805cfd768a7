import type { Caller } from '../errors/caller.ts'
import type { Runner } from '../run/runner.ts'
import type { Clock } from '../time/clock.ts'

/** What a search works with. */
export interface SearchTools {
  readonly runner: Runner
  /** Default the system's. */
  readonly clock?: Clock
  readonly caller: Caller
}
