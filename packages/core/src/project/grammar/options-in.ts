import type { ValueOf } from '../../options/option.ts'
import type { ProcessingOptions, TaskOptionTable } from '../../options/task-options.ts'
import type { RetryOptions } from '../../spec/training/retry.ts'
import type { Duration } from '../../time/duration.ts'
import type { CheckedPause, Formed, LongEnough, MayLack, ShortEnough } from './durations.ts'
import type { Explain, OnlySpotWaits, WarmOrSpot, WarmOrTypes } from './explain.ts'
import type { AsJson, Special } from './option-methods.ts'
import type { Has, HyperparametersOf, IsOnDemand, MaxRunOf, MaxWaitOf, MetricsOf, Takes } from './state.ts'

/** Options that are free of each other and of the task's state; the others are below. */
type FreeOptions = {
  readonly [Name in keyof TaskOptionTable as Name extends Special ? never : Name]?: ValueOf<TaskOptionTable[Name]> | undefined
}

/** What `.with()` of a training task takes; what cannot be together is answered with a sentence. */
export interface OptionsIn<
  State,
  Spot,
  Warm,
  Run = Duration,
  Wait = Duration,
  After = Duration,
  Certified = Duration,
  Pause = Duration,
  Named = Metrics,
  Values = HyperparametersOf<State>,
  Types = readonly string[],
  Fallback = 'none' | 'on-demand',
> extends FreeOptions {
  /**
   * Types of machine to take, in this order, when there are none of `instanceType`.
   *
   * At most 4; none by default. With `spot` each type has a job of its own and its share of `spotAfter`. Not with `warm`.
   */
  readonly fallbackTypes?: Types | undefined
  /**
   * What to take when there are no spot machines for `spotAfter`: `on-demand` machines, or `none`.
   *
   * Default `none`. With `on-demand` the spot job that waits is stopped, and another one starts on on-demand machines with its state. Not with `warm`.
   */
  readonly spotFallback?: Fallback | undefined
  /**
   * Whether spare machines are used, at up to 90 % less; they can be taken away at any time.
   *
   * Default true for training (false after `warm`). State is kept over an interruption and the program starts again.
   */
  readonly spot?: Spot | undefined
  /**
   * How long the machines are kept warm for the next job with the same needs.
   *
   * A duration from `'1 second'` to `'6 hours'`; none by default. Means on-demand machines: it cannot be combined with `spot`.
   */
  readonly warm?: Warm | undefined
  /**
   * How long the job may run before it is stopped.
   *
   * A duration from `'1 second'` to `'28 days'`; default `'24 hours'`. With `spot` the wait for machines is counted apart, by `maxWait`.
   */
  readonly maxRun?: Run | undefined
  /**
   * How long a spot job may wait for machines and run, together.
   *
   * A duration no shorter than `maxRun`; default the same as `maxRun`. Only with `spot`.
   */
  readonly maxWait?: Wait | undefined
  /**
   * How long to wait for spot machines, over all types and attempts, before something else is taken or the run ends.
   *
   * From `'5 minutes'` to `'30 days'`; default `'2 hours'` with several types or `spotFallback`, else as long as `maxWait` lets the job wait.
   */
  readonly spotAfter?: After | undefined
  /**
   * Demands a certificate of `rehearse()` for spot runs whose `maxRun` is longer than this.
   *
   * A duration from `'0 seconds'` to `'28 days'`; none by default.
   */
  readonly certifiedOver?: Certified | undefined
  /**
   * When a run that failed is tried again with another job: how often, after which ends, and how long after.
   *
   * `attempts` from 2 to 30; `on` default `['capacity', 'interruption', 'internal']`; `pause` default `'1 minute'`.
   */
  readonly retry?: RetryOptions<Pause> | undefined
  /**
   * Values for the program: it gets `--name value` for each, in the order given, and all of them in `SM_HPS`.
   *
   * At most 100; strings are passed as they are, everything else as JSON. Later values add to earlier ones.
   */
  readonly hyperparameters?: ([Extract<State, Takes<unknown>>] extends [never] ? Values : HyperparametersOf<State>) | undefined
  /**
   * Numbers to find in the log: a name and a regular expression whose first group is the value.
   *
   * At most 40; names of letters, digits and `_.:-`. Later ones add to earlier ones.
   */
  readonly metrics?: Named | undefined
}

/** What `defaults` of a project take: as `.with()` of a training task that has nothing set. */
export type DefaultsIn<Spot, Warm, Run, Wait, After, Certified, Pause, Named, Types, Fallback> = OptionsIn<
  never,
  Spot,
  Warm,
  Run,
  Wait,
  After,
  Certified,
  Pause,
  Named,
  HyperparametersOf<never>,
  Types,
  Fallback
> &
  Together<never, Spot, Warm, Types, Fallback> &
  WaitsLongEnough<never, Run, Wait, Spot, Warm> &
  WellFormed<Warm, Run, Wait, After, Certified, Pause>

/** What `.with()` of a processing task takes. */
export interface ProcessingOptionsIn<Run, Pause> extends Omit<ProcessingOptions, 'maxRun' | 'retry'> {
  /**
   * How long the job may run before it is stopped.
   *
   * A duration from `'1 second'` to `'9 days'`; default `'24 hours'`.
   */
  readonly maxRun?: Run | undefined
  /**
   * When a run that failed is tried again with another job: how often, after which ends, and how long after.
   *
   * `attempts` from 2 to 30; `on` default `['capacity', 'internal']`; `pause` default `'1 minute'`.
   */
  readonly retry?: RetryOptions<Pause> | undefined
}

/** Answers what cannot be together with a sentence. */
export type Together<State, Spot, Warm, Types, Fallback> =
  MayLack<Warm> extends true
    ? Has<State, 'warm'> extends true
      ? {
          /** A warm pool keeps on-demand machines. */
          readonly spot?: [Spot] extends [true] ? Explain<WarmOrSpot> : unknown
          /** A warm pool keeps machines of one type. */
          readonly fallbackTypes?: IsMore<Types> extends true ? Explain<WarmOrTypes> : unknown
          /** A warm pool keeps on-demand machines. */
          readonly spotFallback?: [Fallback] extends ['on-demand'] ? Explain<WarmOrSpot> : unknown
        }
      : unknown
    : {
        /** Only with on-demand machines of one type. */
        readonly warm?: [Spot] extends [false]
          ? OneType<State, Types>
          : true extends
                | Has<State, 'spot'>
                | ([Spot] extends [true] ? true : false)
                | ([Fallback] extends ['on-demand'] ? true : false)
            ? Explain<WarmOrSpot>
            : OneType<State, Types>
      }

type OneType<State, Types> = true extends IsMore<Types> | Has<State, 'types'> ? Explain<WarmOrTypes> : unknown

/** Whether these are other types, as far as they are written out. */
type IsMore<Types> = Types extends readonly [unknown, ...unknown[]] ? true : false

/** Answers a wait that is shorter than the limit, as far as both are written out, and one of on-demand machines with a sentence. */
export type WaitsLongEnough<State, Run, Wait, Spot, Warm> = undefined extends Wait
  ? undefined extends Run
    ? unknown
    : {
        /** No longer than `maxWait`. */
        readonly maxRun?: ShortEnough<Run, MaxWaitOf<State>>
      }
  : MayLack<Wait> extends true
    ? unknown
    : {
        /** No shorter than `maxRun`, and only with spot machines. */
        readonly maxWait?: WaitsForNone<State, Spot, Warm> extends true
          ? Explain<OnlySpotWaits>
          : LongEnough<Wait, undefined extends Run ? MaxRunOf<State> : Run>
      }

/** Whether there are on-demand machines after this, as far as it is written out. */
type WaitsForNone<State, Spot, Warm> = undefined extends Spot
  ? MayLack<Warm> extends true
    ? IsOnDemand<State>
    : true
  : [Spot] extends [false]
    ? true
    : false

/** A mark for a limit that is written out. */
export type LimitMark<Option extends 'maxRun' | 'maxWait', Time> = Time extends string ? `${Option} ${Time}` : never

/**
 * The state after `.with()`: later limits stand for earlier ones. In a condition, and without `Exclude`, because a union that an alias makes is
 * shown, and written into declarations, by the name of that alias.
 */
export type StateAfter<State, Spot, Warm, Run, Wait, Named, Values, Types, Fallback> = 0 extends 1 & State
  ? State
  : | (State extends Replaced<Spot, Run, Wait> ? never : State)
    | ([Spot] extends [true] ? 'spot' : [Spot] extends [false] ? 'on-demand' : never)
    | ([Fallback] extends ['on-demand'] ? 'spot' : never)
    | (IsMore<Types> extends true ? 'types' : never)
    | (MayLack<Warm> extends true ? never : 'warm')
    | (MayLack<Run> extends true ? never : LimitMark<'maxRun', Run>)
    | (MayLack<Wait> extends true ? never : LimitMark<'maxWait', Wait>)
    | MetricMarks<State, Named>
    | (undefined extends Values ? never : [Extract<State, Takes<unknown>>] extends [never] ? 'hyperparameters' : never)

type Replaced<Spot, Run, Wait> =
  | (undefined extends Spot ? never : 'spot' | 'on-demand')
  | (undefined extends Run ? never : `maxRun ${string}`)
  | (undefined extends Wait ? never : `maxWait ${string}`)

/** Answers durations that are none with the form they should have, and hyperparameters that are no data. */
export type WellFormed<Warm, Run, Wait, After, Certified, Pause, Values = undefined> = [
  Warm | Run | Wait | After | Certified | Pause,
  Values,
] extends [undefined, undefined]
  ? unknown
  : {
      /** A number and a unit. */
      readonly maxRun?: Formed<Run>
      /** A number and a unit. */
      readonly maxWait?: Formed<Wait>
      /** A number and a unit. */
      readonly warm?: Formed<Warm>
      /** A number and a unit. */
      readonly spotAfter?: Formed<After>
      /** A number and a unit. */
      readonly certifiedOver?: Formed<Certified>
      /** Attempts, causes, and a pause. */
      readonly retry?: [Pause] extends [undefined] ? unknown : CheckedPause<Pause> | undefined
      /** JSON. */
      readonly hyperparameters?: Values extends object ? AsJson<Values[keyof Values]> : unknown
    }

/** Names and expressions of metrics. */
export type Metrics = Readonly<Record<string, string | RegExp>>

/** A mark for each metric. */
export type MetricMarks<State, Named> = Named extends Metrics
  ? string extends keyof Named
    ? AnyMetric<State>
    : `metric ${keyof Named & string}`
  : never

/**
 * The mark for a metric whose name is only known at run time: none as long as no name is known, so that a loop can add metrics to a
 * variable.
 */
export type AnyMetric<State> = [MetricsOf<State>] extends [never] ? never : `metric ${string}`
