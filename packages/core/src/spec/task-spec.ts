import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { ProjectName, TaskName } from '../names/task-name.ts'
import type { JobRequest } from '../platform/jobs.ts'
import type { JobKind } from './job-kind.ts'
import type { Secret } from '../secrets/secret.ts'
import type { DistributionSpec } from './distribution.ts'
import type { ImageSpec, PackagesSpec } from './image.ts'
import type { Distribution, InputMode } from './input-modes.ts'
import type { NamedOutputs } from './outputs.ts'
import type { Program } from './program.ts'

/** What a hyperparameter may be: text, or what JSON can say. */
export type HyperparameterValue = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown }

/** Everything a task is, as readonly data: what the words say and the request is made of. Units are in the names. */
export interface TaskSpec {
  readonly kind: JobKind
  readonly project: ProjectName
  readonly task: TaskName
  readonly bucket?: string
  readonly prefix: string
  readonly program: Program
  readonly image: ImageSpec
  /** Packages that come as wheels in a channel of their own. */
  readonly packages?: PackagesSpec
  readonly inputs: readonly InputSpec[]
  /** Processing only: folders that are kept beside the output; absent when there are none. */
  readonly outputs?: NamedOutputs

  readonly instanceType: string
  readonly instanceCount: number
  readonly volumeSizeGiB: number
  readonly spot: boolean
  readonly maxRunSeconds: number
  /** Spot only: running and waiting together. */
  readonly maxWaitSeconds?: number
  readonly keepAliveSeconds?: number
  readonly retries?: number

  /** In the order given: it is the order of the program's arguments. */
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | Secret>>
  readonly tags: Readonly<Record<string, string>>
  /** Metric name → regular expression with one capture group. */
  readonly metrics: Readonly<Record<string, string>>

  /** State that another specification left is removed before a job starts. */
  readonly keepsState?: 'same-spec'

  readonly role?: string
  readonly outputKmsKey?: string
  readonly volumeKmsKey?: string
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
  readonly distribution?: DistributionSpec
  readonly networkIsolation: boolean
  readonly encryptTraffic: boolean

  /** Checks what the work wrote with its toolkit's result call; any Standard Schema. */
  readonly resultSchema?: StandardSchemaV1
  readonly hyperparameterSchema?: StandardSchemaV1
  /** Names of the options that were set, not defaulted: a platform that cannot honour one of these warns. */
  readonly givenOptions: readonly string[]
  /** The edits of `request()`, in order. */
  readonly requestOverrides: readonly RequestOverride[]
}

export type RequestOverride = (request: JobRequest['input']) => JobRequest['input']

/** Where a channel's data comes from. Three spellings of a task's output, one meaning. */
export type InputSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 's3'; readonly uri: ObjectUri }
  /** The newest completed job of a task of this project, by name. */
  | { readonly kind: 'task'; readonly task: string; readonly output: string }
  /** A task in hand: running this one runs that one first. */
  | { readonly kind: 'upstream'; readonly spec: TaskSpec; readonly output: string }
  /** A result in hand: this very job's output. */
  | { readonly kind: 'result'; readonly job: JobName; readonly output: string; readonly uri: ObjectUri }

export interface InputSpec {
  /** The channel's name: letters, digits and `_`, so that `SM_CHANNEL_<NAME>` is a variable. */
  readonly channel: string
  readonly source: InputSource
  readonly distribution: Distribution
  readonly mode: InputMode
  /** Part of the source to take instead of all of it: a folder below it. */
  readonly subdir?: string
  /** Processing only: where it lies on the machine, instead of the channel's own folder. */
  readonly path?: string
  readonly contentType?: string
  /** Whether `.tar.gz` archives in the channel, such as a model, are unpacked beside themselves before the program starts. */
  readonly unpack: boolean
}
