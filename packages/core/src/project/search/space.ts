import { freeze } from '../../lang/freeze.ts'
import type { Choice, NumberRange } from '../../search/space.ts'
import type { HyperparameterValue } from '../../spec/task-spec.ts'
import type { Above, NotEmpty } from './numbers.ts'

/** Numbers between two bounds, both of which belong to it: `range.float(0, 1)`, `range.log(1e-5, 1e-1)`, `range.int(1, 4)`. */
export interface Ranges {
  /** Every number alike. */
  float<const Min extends number, const Max extends number>(min: Min, max: NotEmpty<'float', Min, Max>): NumberRange
  /** Every order of magnitude alike: for learning rates and the like. Both bounds lie above 0. */
  log<const Min extends number, const Max extends number>(min: Above<Min>, max: NotEmpty<'log', Min, Max>): NumberRange
  /** Whole numbers. */
  int<const Min extends number, const Max extends number>(min: Min, max: NotEmpty<'int', Min, Max>): NumberRange
}

const rangeOf =
  (scale: NumberRange['scale']) =>
  (min: unknown, max: unknown): NumberRange =>
    // Whoever has no types may have given anything: it is looked at when the search runs.
    freeze({ kind: 'range', scale, min: min as number, max: max as number })

/**
 * Numbers that `task.search()` looks through.
 *
 * @example task.search({ lr: range.log(1e-5, 1e-1), layers: range.int(1, 4), dropout: range.float(0, 0.5) })
 */
export const range: Ranges = { float: rangeOf('float'), log: rangeOf('log'), int: rangeOf('int') }

/**
 * Values that `task.search()` chooses from.
 *
 * @example task.search({ optimizer: choice('adam', 'sgd') })
 */
export function choice<const Value extends HyperparameterValue>(...values: readonly [Value, ...Value[]]): Choice<Value> {
  return freeze({ kind: 'choice', values })
}
