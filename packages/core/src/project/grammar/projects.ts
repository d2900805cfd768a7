import type { Budget } from '../../cost/settings.ts'
import type { PriceChoice } from '../../cost/choice.ts'
import type { TrainingOptions } from '../../options/task-options.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { PlatformChoice, PlatformSettings } from '../platforms.ts'
import type { Explain } from './explain.ts'
import type { IsKnown, Measures, OutcomesOf, RawEachOf, ResultsOf } from './known-tasks.ts'
import type { Knows } from './state.ts'

/** What holds for every task of a project. */
export interface ProjectOptions<Defaults = TrainingOptions> extends PlatformSettings {
  /** Where jobs run: `'aws'`, `'local'`, or a platform of your own; default `SSM_PLATFORM`, then AWS. */
  readonly platform?: PlatformChoice | undefined
  /** The S3 bucket; default the account's own `sagemaker-<region>-<account>`. */
  readonly bucket?: string | undefined
  /** A key prefix in front of the project. */
  readonly prefix?: string | undefined
  /** What all its tasks start from; a task's own options come on top. A processing task takes those that it has. */
  readonly defaults?: Defaults | undefined
  /**
   * Where prices are from, for the costs in plans, events and results: `'platform'` is the AWS Price List for jobs on AWS. By default
   * nothing is looked up, and costs are unknown.
   */
  readonly prices?: PriceChoice | undefined
  /**
   * What all jobs of the project may cost together: `{ usd: 50 }`. Before a job is submitted, the most that it can cost is reserved; what
   * does not fit is not started. Holds over retries, graphs, clients and crashes, for clients that set it. None by default.
   *
   * @throws {SsmError} `BUDGET_EXCEEDED`, and `PRICE_UNKNOWN` for a job whose price is not known.
   */
  readonly budget?: Budget | undefined
}

/** Outcomes of a whole project: task → how it ended, typed for the tasks the project knows. */
export interface ProjectOutcome<Known, Results = never> {
  /** Whether every task completed. */
  readonly ok: boolean
  /** Task → how it ended. */
  readonly tasks: OutcomesOf<Known, Results>
  /** The results, when every task completed. @throws {GraphFailedError} otherwise. */
  orThrow(): ResultsOf<Known, Results>
}

/** A task that can run, of either kind. */
export interface ReadyTask {
  readonly name: string
  readonly kind: JobKind
}

/** A task that a project can take: ready to run, under a name that is still free. */
export type Addable<Known, Task extends { readonly name: string }> = Task extends { readonly kind: JobKind }
  ? [Known] extends [never]
    ? unknown
    : true extends IsKnown<Known, Task['name']>
      ? Explain<`task '${Task['name']}' is already part of this project`>
      : unknown
  : Explain<'say what it runs first: .code(), .shell() or .algorithm()'>

/** A list whose tasks are all new to the project; else a sentence stands in its place. */
export type NoneKnown<Known, Tasks> = [Known] extends [never] ? unknown : AllNew<KnownAmong<Known, RawEachOf<Tasks>['name']>>

type KnownAmong<Known, Name> = Name extends Known ? (string extends Name ? never : Name) : never
type AllNew<Name> = [Name] extends [never] ? unknown : Explain<`task '${Name & string}' is already part of this project`>

/** The state of a new task: whether its project takes any task's name, or knows its tasks. */
export type FirstState<Known> = [Known] extends ['(any other)'] ? 'open' : Knows<Known>

/** The marks of a new training task for the metrics that all of the project have. */
export type FirstMetrics<Results> = Results extends Measures<infer Metric> ? `metric ${Metric}` : never
