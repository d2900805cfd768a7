import type { OutputName } from '../../spec/outputs.ts'
import type { Distribution, InputMode } from '../../spec/inputs.ts'
import type { StoredOutput } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { Explain } from './explain.ts'
import type { OutputsOf, TaskNames } from './known-tasks.ts'
import type { Has, KnownOf } from './state.ts'
import type { Builders } from './tasks.ts'

/** An output of a task in hand: running a task that reads it runs this one first. */
export interface OutputRef<Output extends OutputName = OutputName> {
  readonly kind: 'output-ref'
  /** Which output. */
  readonly output: Output
  /** The task it is an output of. */
  readonly spec: TaskSpec
}

/** How a channel's data is read. */
export interface InputOptions<Channel extends string = string> {
  /** The channel's name: the program finds it as `SM_CHANNEL_<NAME>`. */
  readonly channel?: Channel | undefined
  /** `FullyReplicated`: every machine gets everything (default). `ShardedByS3Key`: each machine gets its share of the files. */
  readonly distribution?: Distribution | undefined
  /** Only the folder of this name below the source. */
  readonly subdir?: string | undefined
  /** `File` (default) copies first, `FastFile` opens on demand, `Pipe` streams. */
  readonly mode?: InputMode | undefined
  /** The MIME type, for algorithms that ask for one. */
  readonly contentType?: string | undefined
  /** Unpacks `.tar.gz` archives of the channel, such as a model, beside themselves before the program starts; default false. */
  readonly unpack?: boolean | undefined
}

/** A value that is allowed only when no earlier input took the channel; else a sentence stands in its place. */
export type FreeChannel<State, Channel extends string, Value> =
  Has<State, `channel ${Channel}`> extends true
    ? Explain<`channel '${Channel}' has an input already: name this one with { channel: '…' }`>
    : Value

/** A mark for the channel, unless its name is only known at run time. */
export type ChannelMark<Channel extends string> = string extends Channel ? never : `channel ${Channel}`

/** The state that remembers an input in this channel. */
type Adds<B extends keyof Builders<string, never>, Name extends string, State, Channel extends string> = Builders<
  Name,
  State | ChannelMark<Channel>
>[B]

/** The methods behind `.input`: each gives the task with one more input. */
export interface InputMethods<B extends keyof Builders<string, never>, Name extends string, State> {
  /**
   * Files of this computer: a folder or one file, uploaded once and again only where it changed. Channel `data` unless named.
   *
   * @example task.input.local('./data', { channel: 'train', distribution: 'ShardedByS3Key' })
   */
  local<const Channel extends string = 'data'>(
    path: FreeChannel<State, Channel, string>,
    options?: InputOptions<Channel>,
  ): Adds<B, Name, State, Channel>
  /**
   * Objects in S3: one object, or a folder. Channel `data` unless named.
   *
   * @example task.input.s3('s3://my-bucket/images/', { mode: 'FastFile' })
   */
  s3<const Channel extends string = 'data'>(
    uri: FreeChannel<State, Channel, string>,
    options?: InputOptions<Channel>,
  ): Adds<B, Name, State, Channel>
  /**
   * A model trained before, a local path or an S3 URI, as channel `model`.
   *
   * @example task.input.model('s3://my-bucket/model.tar.gz', { unpack: true })
   */
  model(pathOrUri: FreeChannel<State, 'model', string>, options?: Omit<InputOptions, 'channel'>): Adds<B, Name, State, 'model'>
  /**
   * The output of the newest completed job of a task of this project. Channel of the output's name unless named.
   *
   * @example task.input.fromTask('prep', 'output', { channel: 'words' })
   */
  fromTask<
    const Task extends TaskNames<KnownOf<State>>,
    const Output extends OutputsOf<KnownOf<State>, Task>,
    const Channel extends string = Output,
  >(
    task: Task,
    output: FreeChannel<State, Channel, Output>,
    options?: InputOptions<Channel>,
  ): Adds<B, Name, State, Channel>
  /**
   * An output in hand: of a task, which then runs first, or of a result. Channel of the output's name unless named.
   *
   * @example task.input.from(prep.output('model'), { channel: 'words' })
   */
  from<const Source extends OutputRef | StoredOutput | TaskInHand, const Channel extends string = OutputOf<Source>>(
    source: Source extends TaskInHand
      ? Explain<"which of its outputs? Write task.output('model') or task.output('output')">
      : FreeChannel<State, Channel, Source>,
    options?: InputOptions<Channel>,
  ): Adds<B, Name, State, Channel>
}

interface TaskInHand {
  readonly name: string
  readonly kind: 'training' | 'processing'
  output(name: never): unknown
}

type OutputOf<Source> = Source extends { readonly output: infer Output extends OutputName } ? Output : OutputName
