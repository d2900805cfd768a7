import type { HyperparameterValue } from '../../spec/task-spec.ts'

/*
 * What the compiler remembers of a task, beside its name: a union of marks, one for each thing that later methods depend on.
 * A fresh task has one, of what its project knows; `any` stands for a task of which nothing is known. A union keeps hovers
 * short and costs no object types.
 *
 * Texts: `'open'` (the project takes any task's name), `'spot'`, `'on-demand'` (also after a later `.spot()`, which adds its own), `'warm'`, `'image'`,
 * `'dockerfile'`, `'framework'`, `'launch'`, `'distribution'`, `'types'` (several types of machines), `'channel words'`, `'metric loss'`, `'output train'`, `'group data'`, `'maxRun 2 hours'`, `'maxWait 6 hours'`, `'hyperparameters'`; the rest are the interfaces below.
 */

/** A mark: the task's project knows these tasks. */
export interface Knows<Known> {
  /** The tasks' names. */
  readonly knows: Known
}

/** A mark: `hyperparameters` takes these, and the program gets them as `Given`. */
export interface Takes<Parameters, Given = unknown> {
  /** The names and types of the hyperparameters. */
  readonly takes: Parameters
  /** The same as the program gets them: defaults filled in. */
  readonly given: Given
}

/** A mark: the run's `result` is this, and the program writes it as `Written`. */
export interface Returns<Result, Written = unknown> {
  /** The type of the result. */
  readonly returns: Result
  /** The same as the program writes it. */
  readonly written: Written
}

/** A mark: the program reads these documents in its channels. */
export interface Reads<Documents> {
  /** `words/stats.json` → its type. */
  readonly reads: Documents
}

/** A mark: the program writes these documents into its outputs. */
export interface Writes<Documents> {
  /** `model/report.json` → its type. */
  readonly writes: Documents
}

/** What a program on the machine knows of its task by the type alone: `worker<typeof train>()` of the worker toolkit. */
export interface WorkerFacts<State> {
  /** The names of the channels. */
  readonly channels: OrElse<State extends `channel ${infer Name}` ? Name : never, string>
  /** The hyperparameters as the schema gives them. */
  readonly hyperparameters: OrElse<State extends Takes<unknown, infer Given> ? Given : never, Readonly<Record<string, unknown>>>
  /** The result as the schema takes it; `never` without one. */
  readonly result: State extends Returns<unknown, infer Written> ? Written : never
  /** The documents of the channels: `words/stats.json` → its type. */
  readonly reads: AllOf<State extends Reads<infer Documents> ? Documents : never>
  /** The documents of the outputs: `model/report.json` → its type. */
  readonly writes: AllOf<State extends Writes<infer Documents> ? Documents : never>
}

/** All documents together. */
type AllOf<Documents> = {
  readonly [File in Documents extends unknown ? keyof Documents : never]: Documents extends { readonly [Key in File]: infer Of }
    ? Of
    : never
}

/** Whether a state has a mark; a state of which nothing is known has none. */
export type Has<State, Mark> = 0 extends 1 & State ? false : Mark extends State ? true : false

/** Whether a state has on-demand machines, so that nothing is waited for. */
export type IsOnDemand<State> =
  Has<State, 'spot'> extends true ? false : true extends Has<State, 'on-demand'> | Has<State, 'warm'> ? true : false

/** The state without a mark. */
export type Without<State, Mark> = 0 extends 1 & State ? State : Exclude<State, Mark>

/** The tasks that a state's project knows; `unknown` for those of an open one, which takes any name. */
export type KnownOf<State> = OrElse<State extends Knows<infer Known> ? Known : never, unknown>

/** What a run in this state gives as its `result`. */
export type ResultOf<State> = OrElse<State extends Returns<infer Result, unknown> ? Result : never, undefined>

/** The metrics a state names. */
export type MetricsOf<State> = 0 extends 1 & State ? never : State extends `metric ${infer Name}` ? Name : never

/** The outputs a state names beside those of its kind. */
export type NamedOutputsOf<State> = 0 extends 1 & State ? never : State extends `output ${infer Name}` ? Name : never

/** The groups of machines that a state names; any name when it names none. */
export type GroupsOf<State> = 0 extends 1 & State ? string : OrElse<State extends `group ${infer Name}` ? Name : never, string>

/** The limit a state names; `never` when it names none. */
export type MaxRunOf<State> = 0 extends 1 & State ? never : State extends `maxRun ${infer Limit}` ? Limit : never

/** The wait a state names; `never` when it names none. */
export type MaxWaitOf<State> = 0 extends 1 & State ? never : State extends `maxWait ${infer Limit}` ? Limit : never

type OrElse<Value, Fallback> = [Value] extends [never] ? Fallback : Value

/** What `hyperparameters` takes in this state: parts of what was declared, or anything. */
export type HyperparametersOf<State> = OrElse<
  State extends Takes<infer Parameters, unknown> ? Partial<Parameters> : never,
  Readonly<Record<string, HyperparameterValue>>
>
