import type { OutputName, TrainingOutput } from '../spec/outputs.ts'
import type { Distribution, InputMode } from '../spec/inputs.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Explain } from './explain.ts'

/** What a project knows of its tasks: name → outputs and typed result. */
export interface Tasks {
  readonly [name: string]: { readonly outputs: OutputName; readonly result: unknown }
}

/** Nothing known yet: such a project takes any earlier task's name. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the identity of intersection, which `Tasks` grows by.
export type NoTasks = {}

/** Names that `fromTask` takes: any, until the project knows a task. */
export type TaskNames<Known> = [keyof Known] extends [never] ? string : keyof Known & string
/** Outputs that a task of this name has. */
export type OutputsOf<Known, Name> = Name extends keyof Known
  ? Known[Name] extends { readonly outputs: infer Out extends OutputName }
    ? Out
    : never
  : TrainingOutput

/** An output of a task in hand: running a task that reads it runs this one first. */
export interface OutputRef<Output extends OutputName = OutputName> {
  readonly kind: 'output-ref'
  readonly output: Output
  readonly spec: TaskSpec
}

/** How a channel's data is read. */
export interface InputOptions<Channel extends string = string> {
  /** The channel's name: the program finds it as `SM_CHANNEL_<NAME>`. */
  readonly channel?: Channel
  /** `FullyReplicated`: every machine gets everything (default). `ShardedByS3Key`: each machine gets its share of the files. */
  readonly distribution?: Distribution
  /** Only the folder of this name below the source. */
  readonly subdir?: string
  /** `File` (default) copies first, `FastFile` opens on demand, `Pipe` streams. */
  readonly mode?: InputMode
  /** The MIME type, for algorithms that ask for one. */
  readonly contentType?: string
  /** Unpacks `.tar.gz` archives of the channel, such as a model, beside themselves before the program starts; default false. */
  readonly unpack?: boolean
}

/** A value that is allowed only when no earlier input took the channel; else a sentence stands in its place. */
export type FreeChannel<Marks, Channel extends string, Value> = `channel ${Channel}` extends Marks
  ? Explain<`channel '${Channel}' has an input already: name this one with { channel: '…' }`>
  : Value
