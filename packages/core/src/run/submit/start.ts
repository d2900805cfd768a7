import type { Placement } from '../../spec/machines/placements.ts'
import type { AttemptNumber, AttemptPlace, Decision, SpentTime } from '../../spec/result.ts'
import type { TaskPast } from '../decide/past.ts'
import type { RunPolicy } from '../run-options.ts'

/** What is about to be started, and what is known of the task's past. */
export interface Start {
  readonly decision: Extract<Decision, { readonly kind: 'start' }>
  readonly number: AttemptNumber
  readonly place: AttemptPlace
  readonly machines: Placement
  /** What the attempts before it used of the time that all have together; `undefined` for a first one. */
  readonly spent: SpentTime | undefined
  readonly past: TaskPast
  readonly policy: RunPolicy
}
