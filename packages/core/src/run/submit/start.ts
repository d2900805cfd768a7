import type { AttemptNumber, Decision } from '../../spec/result.ts'
import type { TaskPast } from '../decide/past.ts'
import type { RunPolicy } from '../run-options.ts'

/** What is about to be started, and what is known of the task's past. */
export interface Start {
  readonly decision: Extract<Decision, { readonly kind: 'start' }>
  readonly number: AttemptNumber
  readonly past: TaskPast
  readonly policy: RunPolicy
}
