import type { Distribution, InputMode } from '../../spec/task-spec.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { Explain } from './explain.ts'

/** An output of a task in hand: running a task that reads it runs this one first. */
export interface OutputRef<Output extends string = string> {
  readonly kind: 'output-ref'
  /** Which output. */
  readonly output: Output
  /** The task it is an output of. */
  readonly spec: TaskSpec
}

/** How a channel's data is read. */
export interface InputOptions<Channel extends string = string, Group extends string = string> {
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
  /**
   * The groups of machines that get it, of those that `instances` names; default all. Training tasks only.
   *
   * @see DataSource.S3DataSource.InstanceGroupNames in the CreateTrainingJob reference
   */
  readonly groups?: readonly Group[] | undefined
  /** Unpacks `.tar.gz` archives of the channel, such as a model, beside themselves before the program starts; default false. */
  readonly unpack?: boolean | undefined
}

/** How a channel's data is read by a training task. */
export interface TrainingInputOptions<Channel extends string = string, Group extends string = string> extends InputOptions<
  Channel,
  Group
> {
  /** @deprecated A training task finds each channel below `/opt/ml/input/data/`; only a processing task says where. */
  readonly path?:
    | Explain<'a training task finds each channel below /opt/ml/input/data: only a processing task has a path'>
    | undefined
}

/** How a channel's data is read by a processing task. */
export interface ProcessingInputOptions<Channel extends string = string> extends InputOptions<Channel, never> {
  /** `File` (default) copies first, `Pipe` streams; only a training task can open on demand. */
  readonly mode?: Exclude<InputMode, 'FastFile'> | undefined
  /**
   * Where it lies on the machine: a folder below `/opt/ml/processing/` of at most 256 characters. Default
   * `/opt/ml/processing/data` for the channel `data`, else `/opt/ml/processing/input/<channel>`. `SM_CHANNEL_<NAME>` has it.
   *
   * @see ProcessingInputs.S3Input.LocalPath in the CreateProcessingJob reference
   */
  readonly path?: string | undefined
}

/**
 * A value that is allowed only when no earlier input took the channel; else a sentence stands in its place. Looked up and not compared: a function
 * may then name a channel by its own type parameter.
 */
export type FreeChannel<State, Channel extends string, Value> = 0 extends 1 & State ? Value : FreeChannels<State, Value>[Channel]

type FreeChannels<State, Value> = { [channel: string]: Value } & {
  [Mark in State as Mark extends `channel ${infer Taken}` ? Taken : never]: Mark extends `channel ${infer Taken}`
    ? Explain<`channel '${Taken}' has an input already: name this one with { channel: '…' }`>
    : never
}
