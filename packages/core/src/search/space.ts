import type { FoundProblem } from '../options/option.ts'
import type { HyperparameterValue } from '../spec/task-spec.ts'

/** Numbers between two bounds, which belong to it. */
export interface NumberRange {
  readonly kind: 'range'
  /** `float`: every number alike; `log`: every order of magnitude alike; `int`: whole numbers. */
  readonly scale: 'float' | 'log' | 'int'
  /** The lowest value. */
  readonly min: number
  /** The highest value. */
  readonly max: number
}

/** One of a list of values. */
export interface Choice<Value = HyperparameterValue> {
  readonly kind: 'choice'
  /** The values. */
  readonly values: readonly Value[]
}

/** What a hyperparameter of a search may be. */
export type Domain = NumberRange | Choice

/** Hyperparameter → what it may be. */
export type Space = Readonly<Record<string, Domain>>

/** Hyperparameter → its value in one trial. */
export type Values = Readonly<Record<string, HyperparameterValue>>

/** The value at a place of a range, from 0 at its lowest to 1 at its highest. */
export function valueAt({ scale, min, max }: NumberRange, place: number): number {
  const at = Math.min(1, Math.max(0, place))
  if (scale === 'int') return Math.min(max, Math.max(min, Math.round(min - 0.5 + at * (max - min + 1))))
  const value = scale === 'log' ? Math.exp(Math.log(min) + at * (Math.log(max) - Math.log(min))) : min + at * (max - min)
  // Rounding must not lead out of the range.
  return Math.min(max, Math.max(min, value))
}

/** The place of a value in its range: the inverse of `valueAt`. */
export function placeInRange({ scale, min, max }: NumberRange, value: number): number {
  if (scale === 'int') return (value - (min - 0.5)) / (max - min + 1)
  if (scale === 'log') return (Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min))
  return (value - min) / (max - min)
}

/** One text for equal values, in whatever order they were given. */
export function valuesKey(values: Values): string {
  return JSON.stringify(Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** How many combinations of values there are; infinite with a range of floats. */
export function sizeOf(space: Space): number {
  return Object.values(space).reduce((size, domain) => size * valuesOf(domain), 1)
}

function valuesOf(domain: Domain): number {
  if (domain.kind === 'choice') return domain.values.length
  return domain.scale === 'int' ? domain.max - domain.min + 1 : Number.POSITIVE_INFINITY
}

const forms = "Write it as range.float(0, 1), range.log(1e-5, 1e-1), range.int(1, 4) or choice('a', 'b')."

/** What is wrong with a space: whoever has no types may have given anything. */
export function spaceProblems(space: unknown): readonly FoundProblem[] {
  const at = { path: 'search', value: space }
  if (typeof space !== 'object' || space === null || Object.keys(space).length === 0)
    return [{ ...at, message: 'needs at least one hyperparameter to search', hint: forms }]
  return Object.entries(space).flatMap(([name, domain]) => domainProblems(`search.${name}`, domain as unknown))
}

function domainProblems(path: string, given: unknown): readonly FoundProblem[] {
  const domain = (typeof given === 'object' && given !== null ? given : {}) as Partial<NumberRange> & Partial<{ values: unknown }>
  const at = { path, value: given }
  if (Array.isArray(domain.values))
    return domain.values.length > 0
      ? []
      : [{ ...at, message: 'has nothing to choose from', hint: 'Give choice() at least one value.' }]
  const { scale, min, max } = domain
  if (scale === undefined || typeof min !== 'number' || typeof max !== 'number' || !Number.isFinite(min) || !Number.isFinite(max))
    return [{ ...at, message: 'must be a range or a choice', hint: forms }]
  const shown = { path, value: `${min} to ${max}` }
  if (min >= max) return [{ ...shown, message: 'is an empty range', hint: 'Write the lower bound first.' }]
  if (scale === 'log' && min <= 0)
    return [
      {
        ...shown,
        message: 'must lie above 0: orders of magnitude are searched alike',
        hint: 'Use range.float(), or a bound above 0.',
      },
    ]
  if (scale === 'int' && !(Number.isSafeInteger(min) && Number.isSafeInteger(max)))
    return [{ ...shown, message: 'must have whole numbers as bounds', hint: 'Use range.float() for others.' }]
  return []
}
