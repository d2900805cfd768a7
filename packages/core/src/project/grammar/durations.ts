import type { SpotOptions } from '../../options/spot/spot.ts'
import type { Duration } from '../../time/duration.ts'
import type { Explain } from './explain.ts'

/**
 * A duration as it was written; a text that is none is answered with the form it should have. The answer is worked out inside
 * `Explain`, where the compiler does not look before there is something to say.
 */
export type CheckedDuration<Given> = Given extends `-${string}` | `${string}e${string} ${string}`
  ? Explain<"a duration is a plain number and a unit: '90 seconds', '1.5 hours'">
  : Given extends Duration
    ? Given
    : Explain<RightForm<Given>>

/** Whether a time may be left out: it is not given, or is any duration, as after `...options`, of which the compiler cannot tell whether it is there. */
export type MayLack<Time> = undefined extends Time ? true : [Duration] extends [Time] ? true : false

/** The form of a time that is given. */
export type Formed<Time> = Time extends undefined ? unknown : CheckedDuration<Time>

/** A duration as one writes it: the form of a text is checked apart, so that a wrong one is answered with the right form. */
export type SomeTime = string | { readonly seconds: number }

/** Answers the pause of `retry` that is no duration with the form it should have. */
export interface CheckedPause<Pause> {
  /** A number and a unit. */
  readonly pause?: Pause extends undefined ? unknown : CheckedDuration<Pause>
}

/** Answers the time to stop of a rehearsal that is no duration with the form it should have. */
export interface CheckedGrace<Time> {
  /** A number and a unit. */
  readonly grace?: CheckedDuration<Time>
}

/** Answers durations of `.spot({ … })` that are none with the form they should have. */
export type SpotTimes<On> =
  On extends SpotOptions<SomeTime>
    ? {
        /** A number and a unit. */
        readonly after?: On extends { readonly after: infer Time } ? CheckedDuration<Time> : unknown
        /** A number and a unit. */
        readonly certified?: On extends { readonly certified: infer Time extends string } ? CheckedDuration<Time> : unknown
      }
    : unknown

type RightForm<Given> = Given extends string ? OrUsual<FormIn<Given, keyof Short>> : never
type OrUsual<Form> = [Form] extends [never] ? "write a number and a unit: '90 seconds', '30 minutes', '24 hours'" : Form

type FormIn<Given, Letters extends keyof Short> = Letters extends unknown
  ? Given extends `${infer Count extends number} ${Letters}`
    ? `write it as '${Count} ${Short[Letters]}'`
    : Given extends `${infer Count extends number}${Letters}`
      ? number extends Count
        ? never
        : `write it as '${Count} ${Short[Letters]}'`
      : never
  : never

interface Short {
  readonly s: 'seconds'
  readonly sec: 'seconds'
  readonly secs: 'seconds'
  readonly m: 'minutes'
  readonly min: 'minutes'
  readonly mins: 'minutes'
  readonly h: 'hours'
  readonly hr: 'hours'
  readonly hrs: 'hours'
  readonly d: 'days'
}

/** A wait that is no shorter than the limit set before it, as far as both are written out; else a sentence. */
export type LongEnough<Wait, Limit> = [Limit] extends [never]
  ? unknown
  : IsShorter<Wait, Limit> extends true
    ? Explain<`maxWait counts waiting and running together: it must be no shorter than maxRun, '${Limit & string}'`>
    : unknown

/** A limit that is no longer than the wait set before it, as far as both are written out; else a sentence. */
export type ShortEnough<Limit, Wait> = [Wait] extends [never]
  ? unknown
  : IsShorter<Wait, Limit> extends true
    ? Explain<`maxWait counts waiting and running together: '${Wait & string}' is shorter than this maxRun`>
    : unknown

type Unit = 'second' | 'minute' | 'hour' | 'day'
// None of a time that is not written out: `never` would fit every pattern below.
type Parts<Text> = Text extends `${infer Count extends bigint} ${infer Name extends Unit | `${Unit}s`}`
  ? bigint extends Count
    ? undefined
    : [`${Count}`, Name extends `${infer Singular extends Unit}s` ? Singular : Name]
  : undefined

// Only whole numbers are compared. The compiler cannot multiply, so it does it digit by digit, the last one first.
type IsShorter<Wait, Limit> = [Parts<Wait>, Parts<Limit>] extends [
  [infer WaitCount extends string, infer WaitUnit extends Unit],
  [infer LimitCount extends string, infer LimitUnit extends Unit],
]
  ? IsLess<Reversed<InSeconds<Reversed<WaitCount>, WaitUnit>>, Reversed<InSeconds<Reversed<LimitCount>, LimitUnit>>>
  : false

type InSeconds<Digits extends string, U extends Unit> = U extends 'second'
  ? Digits
  : U extends 'minute'
    ? Times60<Digits>
    : U extends 'hour'
      ? Times60<Times60<Digits>>
      : Times60<Times60<Times<Times<Digits, FourTimes>, SixTimes>>>

type Times60<Digits extends string> = `0${Times<Digits, SixTimes>}`

type Times<
  Digits extends string,
  Table,
  Carry extends string = '0',
  Done extends string = '',
> = Digits extends `${infer First extends keyof Table & string}${infer Rest}`
  ? Table[First][Carry & keyof Table[First]] extends `${infer Tens}${infer Ones}`
    ? Times<Rest, Table, Tens, `${Done}${Ones}`>
    : never
  : Carry extends '0'
    ? Done
    : `${Done}${Carry}`

type Reversed<Text extends string, Done extends string = ''> = Text extends `${infer First}${infer Rest}`
  ? Reversed<Rest, `${First}${Done}`>
  : Done

/** Whether a whole number is below another one, both as texts of digits without zeros in front. */
export type IsLess<A extends string, B extends string, Sofar = 'equal'> = A extends `${infer FirstA}${infer RestA}`
  ? B extends `${infer FirstB}${infer RestB}`
    ? IsLess<RestA, RestB, Sofar extends 'equal' ? Compared<FirstA, FirstB> : Sofar>
    : false
  : B extends ''
    ? Sofar extends true
      ? true
      : false
    : true

type Compared<A extends string, B extends string> = A extends B
  ? 'equal'
  : '0123456789' extends `${string}${A}${string}${B}${string}`
    ? true
    : false

// Row: a digit. Column: what is carried over.
type SixTimes = [
  ['00', '01', '02', '03', '04', '05'],
  ['06', '07', '08', '09', '10', '11'],
  ['12', '13', '14', '15', '16', '17'],
  ['18', '19', '20', '21', '22', '23'],
  ['24', '25', '26', '27', '28', '29'],
  ['30', '31', '32', '33', '34', '35'],
  ['36', '37', '38', '39', '40', '41'],
  ['42', '43', '44', '45', '46', '47'],
  ['48', '49', '50', '51', '52', '53'],
  ['54', '55', '56', '57', '58', '59'],
]
type FourTimes = [
  ['00', '01', '02', '03'],
  ['04', '05', '06', '07'],
  ['08', '09', '10', '11'],
  ['12', '13', '14', '15'],
  ['16', '17', '18', '19'],
  ['20', '21', '22', '23'],
  ['24', '25', '26', '27'],
  ['28', '29', '30', '31'],
  ['32', '33', '34', '35'],
  ['36', '37', '38', '39'],
]
