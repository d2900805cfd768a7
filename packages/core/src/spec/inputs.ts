import type { JobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { OutputName } from './outputs.ts'
import type { TaskSpec } from './task-spec.ts'

/** How a channel's files are given to several machines: all to each, or to each its share. */
export type Distribution = 'FullyReplicated' | 'ShardedByS3Key'
/** How a channel's files reach the program: copied first, opened on demand, or streamed. */
export type InputMode = 'File' | 'FastFile' | 'Pipe'

/** Where a channel's data comes from. Three spellings of a task's output, one meaning. */
export type InputSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 's3'; readonly uri: ObjectUri }
  /** The newest completed job of a task of this project, by name. */
  | { readonly kind: 'task'; readonly task: string; readonly output: OutputName }
  /** A task in hand: running this one runs that one first. */
  | { readonly kind: 'upstream'; readonly spec: TaskSpec; readonly output: OutputName }
  /** A result in hand: this very job's output. */
  | { readonly kind: 'result'; readonly job: JobName; readonly output: OutputName; readonly uri: ObjectUri }

export interface InputSpec {
  /** The channel's name: letters, digits and `_`, so that `SM_CHANNEL_<NAME>` is a variable. */
  readonly channel: string
  readonly source: InputSource
  readonly distribution: Distribution
  readonly mode: InputMode
  /** Part of the source to take instead of all of it: a folder below it. */
  readonly subdir?: string
  readonly contentType?: string
  /** Whether `.tar.gz` archives in the channel, such as a model, are unpacked beside themselves before the program starts. */
  readonly unpack: boolean
}
