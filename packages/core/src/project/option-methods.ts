import type { TaskOptionTable, TrainingOnlyOption } from '../options/task-options.ts'
import type { ValueOf } from '../options/option.ts'
import type { Secret } from '../secrets/secret.ts'
import type { HyperparameterValue } from '../spec/task-spec.ts'

/** One option as a word: switches may be said without a value. */
export type Word<Value, Self> = [Value] extends [boolean] ? (on?: boolean) => Self : (value: Value) => Self

/** The words of a table: every option of it is a method of the same name. */
export type WordsOf<Table, Self> = { readonly [Name in keyof Table]: Word<ValueOf<Table[Name]>, Self> }

type SpelledOut = 'args' | 'spot' | 'warm' | 'hyperparameters'

/** The words that every kind of task has, straight from the options table. */
export type SharedTable = Omit<TaskOptionTable, TrainingOnlyOption | SpelledOut>
/** The words that only training tasks have, straight from the options table. */
export type TrainingTable = Pick<TaskOptionTable, Exclude<TrainingOnlyOption, SpelledOut>>

/** Words that say several options at once, or one entry of an option; shared by every kind of task. */
export interface Shorthands<Self, Options> {
  /** Which machines, and how many of them: `instanceType` and `instanceCount` in one word; default one machine. */
  instances(type: string, count?: number): Self
  /** Arguments for the program, as they are, in front of the hyperparameters; a later `args` replaces an earlier one. */
  args(...texts: readonly string[]): Self
  /** One tag of the job, for bills and searches. */
  tag(key: string, value: string): Self
  /** One environment variable of the program; wrap what nobody may see in a `Secret`. */
  envVariable(name: string, value: string | Secret): Self
  /** Several words at once, as one object: the same options, the same meaning. */
  with(options: Options): Self
}

/** Values for the program when nothing was declared about them. */
export interface AnyHyperparameters extends Readonly<Record<string, HyperparameterValue>> {}
