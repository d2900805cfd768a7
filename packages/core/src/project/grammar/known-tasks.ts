import type { TaskOutcome } from '../../run/results/outcome.ts'
import type { AnyTaskResult, TaskResult } from '../../run/results/task-result.ts'
import type { OutputName, ProcessingOutput, TrainingOutput } from '../../spec/outputs.ts'
import type { Explain } from './explain.ts'

/*
 * What the compiler remembers of a project: a union of texts. Each task is there by its name; what is not as with a training
 * task that was added is a text beside it: `'(prep is processing)'`, `'(old is past)'`, `'(a may be missing)'`, `'(metric loss of train)'`, `'(prep names
 * outputs)'`, `'(output words of prep)'`.
 * `'(any other)'` says that more tasks have names that are only known at run time. Without the name of a task the project is open.
 * A project that knows no more than `'(any other)'` can be assigned to one that knows nothing, and the other way round.
 *
 * A union of texts grows by one step per task, and looking a text up costs the same in a large one. Results that were
 * declared are types and no texts: they are a union of their own, which nothing asks before a result is read.
 */

/** What is known of one task. */
export interface TaskFacts<
  Out extends string = OutputName,
  Result = unknown,
  Metric extends string = string,
  Named extends string = never,
> {
  /** The outputs that it has. */
  readonly outputs: Out
  /** What its run gives as `result`. */
  readonly result: Result
  /** The names of its metrics. */
  readonly metrics: Metric
  /** Outputs that the task named itself; they are among `outputs`. */
  readonly named: Named
}

/** The declared result of one task. */
export interface Returned<Name extends string, Result> {
  /** The task's name. */
  readonly task: Name
  /** What its run gives as `result`. */
  readonly returns: Result
}

/** The metrics that all tasks of a project have by its `defaults`. */
export interface Measures<Metric extends string> {
  /** The names of the metrics. */
  readonly measures: Metric
}

/** The metrics that defaults name; none, when their names are only known at run time. */
export type MeasuresOf<Named> = [Named] extends [undefined]
  ? never
  : string extends keyof Named
    ? never
    : Measures<keyof Named & string>

/*
 * What `add` and `addAll` put into the union. They are parts, and the signatures of these methods write the texts around them: a
 * union that has a name of its own is shown by that name in every hover after it.
 */

/** The tasks of a list or of an object; none, when one of them has a name that is only known at run time. */
export type EachOf<Tasks> = AllNamed<RawEachOf<Tasks>>

/** Every task of a list or of an object. */
export type RawEachOf<Tasks> = (Tasks extends readonly unknown[] ? Tasks[number] : Tasks[keyof Tasks]) & NamedTask

type AllNamed<Task extends NamedTask> = string extends Task['name'] ? never : Task

/** Anything with a task's name. */
export interface NamedTask {
  /** The task's name. */
  readonly name: string
}

/** The names themselves; of any text, that there are others. */
export type NamesFor<Name> = string extends Name ? '(any other)' : Name

/** What is not as usual with tasks, and is written into parentheses. */
export type RemarksOn<Task> = Task extends { readonly name: infer Name extends string; readonly [facts]?: infer Facts }
  ? string extends Name
    ? never
    : Remarks<Name, NonNullable<Facts>> | (IsUnion<Name> extends true ? `${Name} may be missing` : never)
  : never

type Remarks<Name extends string, Facts> = Facts extends {
  readonly outputs: infer Out
  readonly metrics: infer Metric extends string
  readonly named: infer Named extends string
}
  ? | ('model' extends Exclude<Out, Named> ? never : `${Name} is processing`)
    | `metric ${Metric} of ${Name}`
    | ([Named] extends [never] ? never : `${Name} names outputs` | `output ${Named} of ${Name}`)
  : never

/** Of a list that is made at run time any of its tasks may be missing. */
export type MissingOf<Tasks> = Tasks extends readonly unknown[]
  ? number extends Tasks['length']
    ? `${EachOf<Tasks>['name']} may be missing`
    : never
  : never

/** The declared results of tasks. */
export type ResultsOfEach<Task> = Task extends { readonly name: infer Name extends string; readonly [facts]?: infer Facts }
  ? NonNullable<Facts> extends { readonly result: infer Result }
    ? [Result] extends [undefined]
      ? never
      : Returned<Name, Result>
    : never
  : never

/** The names of the tasks that a project knows: of its texts those without parentheses. */
export type NamesOf<Known> = Known extends `(${string}` ? never : Known & string

/** Names that `fromTask` takes: any, until the project knows a task. */
export type TaskNames<Known> = [Known] extends [never]
  ? string
  : unknown extends Known
    ? string
    : '(any other)' extends Known
      ? NamesOf<Known> | (string & {})
      : NamesOf<Known>

/** Outputs that a task of this name has. */
export type OutputsOf<Known, Name> = unknown extends Known
  ? TrainingOutput
  : Name extends string
    ? `(${Name} is processing)` extends Known
      ? ProcessingOutput | (`(${Name} names outputs)` extends Known ? NamedIn<Known, Name> : never)
      : TrainingOutput
    : never

type NamedIn<Known, Name extends string> = Known extends `(output ${infer Output} of ${Name})` ? Output : never

/** A name that is still free; else a sentence stands in its place. */
export type NewName<Known, Name extends string> = [Known] extends [never]
  ? Name
  : string extends Name
    ? Name
    : true extends IsKnown<Known, Name>
      ? Explain<`task '${Name}' is already part of this project`>
      : Name

/**
 * Whether a project knows a task of this name. Apart, because inside the branch of a condition the compiler compares the name
 * with every text of the project once more.
 */
export type IsKnown<Known, Name> = Name extends Known ? true : false

/** How the tasks of a project ended; those that are known from their past do not run. */
export type OutcomesOf<Known, Results> = [Known] extends ['(any other)']
  ? Readonly<Record<string, TaskOutcome<AnyTaskResult>>>
  : {
      readonly [Name in Added<NamesOf<Known>, Known>]:
        | TaskOutcome<ResultFor<Known, Results, Name>>
        | (`(${Name} may be missing)` extends Known ? undefined : never)
    }

/** The results of a project whose tasks all completed. */
export type ResultsOf<Known, Results> = [Known] extends ['(any other)']
  ? Readonly<Record<string, AnyTaskResult>>
  : {
      readonly [Name in Added<NamesOf<Known>, Known>]:
        | ResultFor<Known, Results, Name>
        | (`(${Name} may be missing)` extends Known ? undefined : never)
    }

type Added<Name extends string, Known> = Name extends unknown ? (`(${Name} is past)` extends Known ? never : Name) : never

type ResultFor<Known, Results, Name extends string> = TaskResult<
  OutputsOf<Known, Name>,
  ReturnOf<Extract<Results, { readonly task: Name }>>,
  MetricsIn<Known, Name>
>
type ReturnOf<Result> = [Result] extends [never] ? undefined : Result extends { readonly returns: infer Value } ? Value : never
type MetricsIn<Known, Name extends string> = Known extends `(metric ${infer Metric} of ${Name})` ? Metric : never

type IsUnion<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? false : true) : never

/** Where a task keeps what is known of it, for the compiler alone. */
export declare const facts: unique symbol
