import { freeze } from '../../lang/freeze.ts'
import type { Choice, NumberRange } from '../../search/space.ts'
import type { HyperparameterValue } from '../../spec/task-spec.ts'
import type { IsLess } from '../grammar/durations.ts'
import type { Explain } from '../grammar/explain.ts'

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
 * @example train.search({ lr: range.log(1e-5, 1e-1), layers: range.int(1, 4), dropout: range.float(0, 0.5) })
 */
export const range: Ranges = { float: rangeOf('float'), log: rangeOf('log'), int: rangeOf('int') }

/**
 * Values that `task.search()` chooses from.
 *
 * @example train.search({ optimizer: choice('adam', 'sgd') })
 */
export function choice<const Value extends HyperparameterValue>(...values: readonly [Value, ...Value[]]): Choice<Value> {
  return freeze({ kind: 'choice', values })
}

/** The upper bound of a range that is not empty, as far as both are written out; else a sentence. */
export type NotEmpty<Scale extends string, Min extends number, Max extends number> =
  IsBelow<`${Min}`, `${Max}`> extends false
    ? Explain<`the range is empty: write range.${Scale}(lower, higher), not (${Min}, ${Max})`>
    : Max

/** A lower bound above 0, as far as it is written out; else a sentence. */
export type Above<Min extends number> = `${Min}` extends `-${string}` | '0'
  ? Explain<'range.log() needs bounds above 0: use range.float()'>
  : Min

/** A number that is no more than another one, as far as both are written out; else a sentence. */
export type AtMost<Count extends number, Most, Sentence extends string> = [Most] extends [never]
  ? Count
  : IsBelow<`${Most & number}`, `${Count}`> extends true
    ? Explain<Sentence>
    : Count

/** A number that is no less than another one, as far as both are written out; else a sentence. */
export type AtLeast<Count extends number, Least, Sentence extends string> = [Least] extends [never]
  ? Count
  : IsBelow<`${Count}`, `${Least & number}`> extends true
    ? Explain<Sentence>
    : Count

// Numbers that are only known at run time are not compared, and neither are those whose text has an exponent when both are large, both are
// small alike, or one is negative.
type IsBelow<A extends string, B extends string> = `${number}` extends A | B
  ? unknown
  : [Extract<A | B, `${string}e${string}`>] extends [never]
    ? Signed<A, B>
    : [Extract<A | B, `-${string}`>] extends [never]
      ? Tiny<A, B>
      : unknown

/** TypeScript writes numbers below 0.000001 as `1e-7`: they are less than all others but 0. */
type Tiny<A extends string, B extends string> = A extends `${string}e-${infer SmallA}`
  ? B extends `${string}e-${infer SmallB}`
    ? SmallA extends SmallB
      ? A extends B
        ? false
        : unknown
      : IsLess<SmallB, SmallA>
    : B extends '0'
      ? false
      : true
  : B extends `${string}e-${string}`
    ? A extends '0'
      ? true
      : false
    : A extends B
      ? false
      : unknown

type Signed<A extends string, B extends string> = A extends `-${infer PlainA}`
  ? B extends `-${infer PlainB}`
    ? Plain<PlainB, PlainA>
    : true
  : B extends `-${string}`
    ? false
    : Plain<A, B>

type Plain<A extends string, B extends string> =
  Whole<A> extends Whole<B> ? IsLessFraction<Fraction<A>, Fraction<B>> : IsLess<Whole<A>, Whole<B>>

type Whole<Text extends string> = Text extends `${infer Digits}.${string}` ? Digits : Text
type Fraction<Text extends string> = Text extends `${string}.${infer Digits}` ? Digits : ''

type IsLessFraction<A extends string, B extends string> = B extends `${infer FirstB}${infer RestB}`
  ? A extends `${infer FirstA}${infer RestA}`
    ? FirstA extends FirstB
      ? IsLessFraction<RestA, RestB>
      : IsLess<FirstA, FirstB>
    : true
  : false
