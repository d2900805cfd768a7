import type { Found, SearchHandle, SearchRunOptions, Trial } from '../../search/found.ts'
import type { Choice, Domain } from '../../search/space.ts'
import type { HyperparameterValue } from '../../spec/task-spec.ts'
import type { CheckedDuration } from '../grammar/durations.ts'
import type { Explain } from '../grammar/explain.ts'
import type { AtLeast, AtMost } from './space.ts'
import type { MetricsOf, Takes } from '../grammar/state.ts'

/** A hyperparameter of each trial, typed by what it is searched in. */
export type ValuesIn<Space> = {
  readonly [Name in keyof Space]: Space[Name] extends Choice<infer Value> ? Value : number
}

/** What the task's schema has to say to a space; without a schema every name and value goes. */
export type SpaceFor<State, Space> = [DeclaredBy<State>] extends [never]
  ? unknown
  : { readonly [Name in keyof Space]: DomainFor<DeclaredBy<State>, Name, Space[Name]> }

/** What the task's schema has to say to variants by hand. */
export type VariantsFor<State, List> = [DeclaredBy<State>] extends [never]
  ? unknown
  : { readonly [Index in keyof List]: VariantFor<DeclaredBy<State>, List[Index]> }

type DeclaredBy<State> = 0 extends 1 & State ? never : State extends Takes<infer Parameters, unknown> ? Parameters : never

type DomainFor<Declared, Name, Given> = Name extends keyof Declared
  ? (Given extends Choice<infer Value> ? Value : number) extends Declared[Name]
    ? Given
    : Explain<`hyperparameter '${Name & string}' takes other values by its schema`>
  : Explain<`the task has no hyperparameter '${Name & string}' in its schema`>

type VariantFor<Declared, Given> = {
  readonly [Name in keyof Given]: Name extends keyof Declared
    ? Given[Name] extends Declared[Name]
      ? Given[Name]
      : Explain<`hyperparameter '${Name & string}' takes other values by its schema`>
    : Explain<`the task has no hyperparameter '${Name & string}' in its schema`>
}

/** The metrics that a search can go by; any text for a task of which nothing is known. */
export type SearchMetrics<State> = 0 extends 1 & State ? string : MetricsOf<State>

/** A metric of the task; else a sentence stands in its place. */
type Metric<Known, Name extends string> = string extends Name
  ? Name
  : [Known] extends [never]
    ? Explain<`say first how it is found: .metric('${Name}', /${Name}=([-+.0-9eE]+)/)`>
    : Name extends Known
      ? Name
      : Explain<`'${Name}' is no metric of this task, which has '${Known & string}': set it with .metric('${Name}', /${Name}=([-+.0-9eE]+)/)`>

type MoreThanTrials = 'more trials at once than there are trials: write .trials() larger or .parallel() smaller'

/** As many trials as there are when nobody says it are no less than how many run at once, as far as that is written out. */
type Enough<Trials, Parallel> = [Trials] extends [never]
  ? [AtLeast<20, Parallel, MoreThanUsual>] extends [20]
    ? unknown
    : Explain<MoreThanUsual>
  : unknown

type MoreThanUsual = 'there are 20 trials unless .trials() says it: write .trials() larger or .parallel() smaller'

type MoreThanVariants = 'more variants at once than there are: write .parallel() smaller'

type LengthOf<List> = List extends { readonly length: infer Length } ? Length : never

/** The two interfaces by name: a method gives the one it belongs to. */
interface Searches<Given, Result, Known, Trials, Parallel> {
  readonly SearchDraft: SearchDraft<Given, Result, Known, Trials, Parallel>
  readonly Search: Search<Given, Result, Known, Trials, Parallel>
}

/** A search that does not know yet what is good: `minimize` or `maximize` says so. */
export interface SearchDraft<Given, Result, Known = string, Trials = never, Parallel = never> extends SearchMethods<
  'SearchDraft',
  Given,
  Result,
  Known,
  Trials,
  Parallel
> {
  /** Nothing says yet what is good. */
  readonly run: Explain<"say first what is good: .minimize('loss') or .maximize('accuracy')">
}

/** A search that can run. */
export interface Search<Given, Result, Known = string, Trials = never, Parallel = never> extends SearchMethods<
  'Search',
  Given,
  Result,
  Known,
  Trials,
  Parallel
> {
  /**
   * Runs the search: trials that ran before with the same values are taken, those that still run are followed, and others are started.
   * An abort of `signal` ends the waiting, not the trials: run the same search again to go on.
   *
   * @example const { best, trials } = await train.search({ lr: range.log(1e-5, 1e-1) }).minimize('loss').run()
   * @throws {InvalidTaskError} before anything starts. {SearchFailedError} {SsmError} `RUN_ABORTED`. {PlatformError}
   */
  run(this: Enough<Trials, Parallel>, options?: SearchRunOptions): Promise<Found<Given, Result>>
  /**
   * Starts the same in the background: a handle with its events, its trials and what was found.
   *
   * @example await using search = await train.search({ lr: range.log(1e-5, 1e-1) }).minimize('loss').start()
   */
  start(this: Enough<Trials, Parallel>, options?: SearchRunOptions): Promise<SearchHandle<Found<Given, Result>>>
}

interface SearchMethods<B extends 'SearchDraft' | 'Search', Given, Result, Known, Trials, Parallel> {
  /**
   * The metric that should become small: a name set by `.metric()`. The last value of a trial counts.
   *
   * @example search.minimize('loss')
   */
  minimize<const Name extends string>(metric: Metric<Known, Name>): Search<Given, Result, Known, Trials, Parallel>
  /**
   * The metric that should become large: a name set by `.metric()`. The last value of a trial counts.
   *
   * @example search.maximize('accuracy')
   */
  maximize<const Name extends string>(metric: Metric<Known, Name>): Search<Given, Result, Known, Trials, Parallel>
  /** How many trials there are, those that fail or are stopped early included; default 20. A later run may give more: it goes on. */
  trials<const Count extends number>(
    count: AtLeast<Count, Parallel, MoreThanTrials>,
  ): Searches<Given, Result, Known, Count, Parallel>[B]
  /** How many trials run at once; default 4. */
  parallel<const Count extends number>(
    count: AtMost<Count, Trials, MoreThanTrials>,
  ): Searches<Given, Result, Known, Trials, Count>[B]
  /**
   * How long one run of the search may take. After that no trial begins, and those that run are stopped.
   *
   * @example search.within('6 hours')
   */
  within<const Time extends string | { readonly seconds: number }>(
    time: CheckedDuration<Time>,
  ): Searches<Given, Result, Known, Trials, Parallel>[B]
  /** How many trials may fail; default 0. With one more no trial begins, and the search fails when those that run have ended. */
  tolerate(failures: number): Searches<Given, Result, Known, Trials, Parallel>[B]
  /** The same seed chooses the same values as far as trials end in the same order; default 0. */
  seed(seed: number): Searches<Given, Result, Known, Trials, Parallel>[B]
  /**
   * How values are chosen: `bayes` (default) learns from the trials that ended, by a tree-structured Parzen estimator; `random`
   * draws them; `grid` takes all combinations, of ranges as many places as the number of trials allows.
   */
  by(strategy: 'bayes' | 'grid' | 'random'): Searches<Given, Result, Known, Trials, Parallel>[B]
  /**
   * Lets SageMaker's own tuner choose the values and start the trials, on AWS only: one tuning job (`CreateHyperParameterTuningJob`). It takes
   * framework images, SageMaker's algorithms, and images with its training toolkit (`.launch('toolkit')`); it cannot keep a budget.
   *
   * @example search.on('sagemaker')
   */
  on(tuner: 'sagemaker'): Searches<Given, Result, Known, Trials, Parallel>[B]
  /**
   * Stops trials that fall behind while they run (asynchronous successive halving): after `after` values of the metric (default 1), and then after
   * `factor` times as many each time, only one of `factor` (default 3) goes on.
   *
   * @example search.stopEarly({ after: 2 })
   */
  stopEarly(options?: {
    /** After how many values of the metric trials are compared for the first time; default 1. */
    readonly after?: number
    /** One of so many goes on; default 3. */
    readonly factor?: number
  }): Searches<Given, Result, Known, Trials, Parallel>[B]
}

/** Variants of a task by hand: a list of hyperparameters. */
export interface Variants<List, Result, Known = string, HasGoal = false> {
  /** The metric that should become small: the result then has `best`. */
  minimize<const Name extends string>(metric: Metric<Known, Name>): Variants<List, Result, Known, true>
  /** The metric that should become large: the result then has `best`. */
  maximize<const Name extends string>(metric: Metric<Known, Name>): Variants<List, Result, Known, true>
  /** How many run at once; default 4. */
  parallel<const Count extends number>(
    count: AtMost<Count, LengthOf<List>, MoreThanVariants>,
  ): Variants<List, Result, Known, HasGoal>
  /**
   * Runs every variant and gives the result of each, in the order of the list. What ran before is skipped.
   *
   * @throws {InvalidTaskError} before anything starts. {SearchFailedError} when one failed. {SsmError} `RUN_ABORTED`. {PlatformError}
   */
  run(options?: SearchRunOptions): Promise<VariantResults<List, Result, HasGoal>>
  /** Starts the same in the background: a handle with its events, its trials and the results. */
  start(options?: SearchRunOptions): Promise<SearchHandle<VariantResults<List, Result, HasGoal>>>
}

/** What variants gave. */
export type VariantResults<List, Result, HasGoal = false> = {
  /** The result of each variant, in the order of the list. */
  readonly results: { readonly [Index in keyof List]: Result & { readonly hyperparameters: List[Index] } }
  /** The variants as trials. */
  readonly trials: readonly Trial<Each<List>, Result>[]
  /** Writes a page about the variants for a browser, as `Found.report()` does. */
  report: Found['report']
} & (HasGoal extends true ? Pick<Found<Each<List>, Result>, 'best'> : unknown)

type Each<List> = List extends readonly (infer One)[] ? One : never

/** Any list of hyperparameters. */
export type VariantList = readonly Readonly<Record<string, HyperparameterValue>>[]

/** Any space to search. */
export type AnySpace = Readonly<Record<string, Domain>>
