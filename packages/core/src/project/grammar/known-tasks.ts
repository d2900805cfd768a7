import type { TaskOutcome } from '../../run/results/outcome.ts'
import type { AnyTaskResult, TaskResult } from '../../run/results/task-result.ts'
import type { OutputName, TrainingOutput } from '../../spec/outputs.ts'
import type { Explain } from './explain.ts'

/** What is known of one task. */
export interface TaskFacts<Out extends OutputName = OutputName, Result = unknown, Metric extends string = string> {
  readonly outputs: Out
  readonly result: Result
  readonly metrics: Metric
}

/** Nothing known yet: such a project takes any earlier task's name. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the identity of intersection, by which a project grows.
export type NoTasks = {}

declare const dynamic: unique symbol
/** Some tasks have names that are only known at run time: any name may be one of theirs. */
export interface DynamicTasks {
  readonly [dynamic]: true
}

/** What a project knows after `add`; a name that is one of several may be missing, one that is any text adds no name. */
export type WithTask<Known, Name extends string, Facts> = string extends Name
  ? [keyof Known] extends [never]
    ? Known
    : Known & DynamicTasks
  : Known & (IsUnion<Name> extends true ? MaybeTask<Name, Facts> : KnownTask<Name, Facts>)

// Names of their own keep hovers short: an object type would be written out over many lines.
/** One task that a project knows. */
export type KnownTask<Name extends string, Facts> = { readonly [Key in Name]: Facts }
/** One of several tasks, whichever it is. */
export type MaybeTask<Name extends string, Facts> = { readonly [Key in Name]?: Facts }
/** What a project knows after `addAll`. Of a list that is made at run time any of its tasks may be missing. */
export type WithTasks<Known, Tasks> = Tasks extends readonly (infer Task extends NamedTask)[]
  ? number extends Tasks['length']
    ? WithEach<Known, Task, Partial<KnownTasks<Task>>>
    : WithEach<Known, Task, KnownTasks<Task>>
  : WithEach<Known, Tasks[keyof Tasks] & NamedTask, KnownTasks<Tasks[keyof Tasks]>>

type WithEach<Known, Task extends NamedTask, All> = string extends Task['name']
  ? [keyof Known] extends [never]
    ? Known
    : Known & DynamicTasks
  : Known & All

/** Anything with a task's name. */
export interface NamedTask {
  readonly name: string
}

/** Tasks that a project got at once. */
export type KnownTasks<Task> = { readonly [Each in Task as NameOf<Each>]: FactsOf<Each> }

/** What a project knows after `existing`. */
export type WithPast<Known, Name extends string, Out extends OutputName> = Known & PastTask<Name, Out>
/** A task that ran earlier. */
export type PastTask<Name extends string, Out extends OutputName> = { readonly [Key in Name]: PastFacts<Out> }

interface PastFacts<Out extends OutputName> extends TaskFacts<Out, undefined, never> {
  readonly past: true
}

/** Names that `fromTask` takes: any, until the project knows a task. */
export type TaskNames<Known> = [keyof Known & string] extends [never]
  ? string
  : Known extends DynamicTasks
    ? (keyof Known & string) | (string & {})
    : keyof Known & string

/** Outputs that a task of this name has. */
export type OutputsOf<Known, Name> = Name extends keyof Known
  ? NonNullable<Known[Name]> extends { readonly outputs: infer Out extends OutputName }
    ? Out
    : never
  : TrainingOutput

/** A name that is still free; else a sentence stands in its place. */
export type NewName<Known, Name extends string> = string extends Name
  ? Name
  : Name extends keyof Known
    ? Explain<`task '${Name}' is already part of this project`>
    : Name

/** How the tasks of a project ended; those that are known from their past do not run. */
export type OutcomesOf<Known> = [keyof Known & string] extends [never]
  ? Readonly<Record<string, TaskOutcome<AnyTaskResult>>>
  : { readonly [Name in keyof Known as Added<Known, Name>]: TaskOutcome<ResultOfFacts<Known[Name]>> }

/** The results of a project whose tasks all completed. */
export type ResultsOf<Known> = [keyof Known & string] extends [never]
  ? Readonly<Record<string, AnyTaskResult>>
  : { readonly [Name in keyof Known as Added<Known, Name>]: ResultOfFacts<Known[Name]> }

type Added<Known, Name extends keyof Known> = Known[Name] extends { readonly past: true } ? never : Name & string

type ResultOfFacts<Facts> =
  NonNullable<Facts> extends TaskFacts<infer Out, infer Result, infer Metric> ? TaskResult<Out, Result, Metric> : TaskResult

type IsUnion<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? false : true) : never

/** Where a task keeps what is known of it, for the compiler alone. */
export declare const facts: unique symbol
type NameOf<Task> = Task extends { readonly name: infer Name extends string } ? (string extends Name ? never : Name) : never
type FactsOf<Task> = Task extends { readonly [facts]?: infer Facts } ? NonNullable<Facts> : never
