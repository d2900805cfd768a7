import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { ProjectName, TaskName } from '../names/task-name.ts'
import type { JobRequest } from '../platform/jobs.ts'
import type { JobKind } from './job-kind.ts'
import type { RetrySpec } from './result.ts'
import type { Secret } from '../secrets/secret.ts'
import type { DistributionSpec, Launch } from './distribution.ts'
import type { ImageSpec, PackagesSpec } from './image.ts'
import type { InstanceGroupSpec } from './training/instance-groups.ts'
import type { ExperimentOptions, MlflowSpec, NamedOutputs } from './outputs.ts'
import type { Program } from './program.ts'

/** What a hyperparameter may be: text, or what JSON can say. */
export type HyperparameterValue = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown }

/** How long to wait for spot machines of all types together, and what to take then. */
export interface SpotWait {
  /** How long, over all types. */
  readonly seconds: number
  /** What to take when that is over; absent: the run ends. */
  readonly fallback?: 'on-demand'
}

/** How a channel's files are given to several machines: all to each, or to each its share. */
export type Distribution = 'FullyReplicated' | 'ShardedByS3Key'
/** How a channel's files reach the program: copied first, opened on demand, or streamed. */
export type InputMode = 'File' | 'FastFile' | 'Pipe'

/** A JSON Schema, as a plain document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A document of a channel or of an output, and its shape. */
export interface DocumentSpec {
  /** Whether the program reads it in a channel, or writes it into an output. */
  readonly of: 'channel' | 'output'
  /** The name of the channel or of the output. */
  readonly place: string
  /** The file there: `stats.json` is one document, `rows.jsonl` has one on each line. */
  readonly file: string
  /** Its shape; any Standard Schema. */
  readonly schema: StandardSchemaV1
}

/** A document of a channel or of an output, as `ssm types` reads it. */
export interface DocumentDeclaration extends Omit<DocumentSpec, 'schema'> {
  /** Its shape, as JSON Schema. */
  readonly schema: JsonSchema
}

/** What crosses the borders of a task, in both directions. */
export interface TaskDeclaration {
  /** The task's name. */
  readonly task: string
  /** Whether it is a training or a processing task. */
  readonly kind: JobKind
  /** The names of its channels. */
  readonly channels: readonly string[]
  /** What `hyperparameterSchema` declares, as the program finds it; absent without one. */
  readonly hyperparameters?: JsonSchema
  /** What `resultSchema` declares, as the program writes it; absent without one. */
  readonly result?: JsonSchema
  /** What `channelSchema` and `outputSchema` declare, in the order of the calls. */
  readonly documents: readonly DocumentDeclaration[]
  /** The declaration in short, as it travels with a job in `SSM_TYPES`. */
  readonly fields: string
}

/** Everything a task is, as readonly data: what the words say and the request is made of. Units are in the names. */
export interface TaskSpec {
  /** Whether it is a training or a processing task. */
  readonly kind: JobKind
  /** The project it belongs to. */
  readonly project: ProjectName
  /** Its name, unique in the project. */
  readonly task: TaskName
  /** The bucket that was named; absent for the account's own. */
  readonly bucket?: string
  /** The key prefix in front of the project; `''` for none. */
  readonly prefix: string
  /** What runs on the machines. */
  readonly program: Program
  /** The container image it runs in. */
  readonly image: ImageSpec
  /** Packages that come as wheels in a channel of their own. */
  readonly packages?: PackagesSpec
  /** Whether a local job runs in a container; decided by the image and the machine type when absent. */
  readonly container?: boolean
  /** Where its data comes from: one entry for each channel. */
  readonly inputs: readonly InputSpec[]
  /** Processing only: folders that are kept beside the output; absent when there are none. */
  readonly outputs?: NamedOutputs

  /** The type of machine to rent. */
  readonly instanceType: string
  /** Types to take, in this order, when there are none of `instanceType`; on demand SageMaker chooses. */
  readonly fallbackTypes?: readonly string[]
  /** How many machines run side by side, in all groups together. */
  readonly instanceCount: number
  /** Training only: machines of several types; absent where all are of one. */
  readonly instanceGroups?: readonly InstanceGroupSpec[]
  /** The size of each machine's disk. */
  readonly volumeSizeGiB: number
  /** Whether spare machines are used. */
  readonly spot: boolean
  /** How long the job may run before it is stopped. */
  readonly maxRunSeconds: number
  /** Spot only: running and waiting together. */
  readonly maxWaitSeconds?: number
  /** Spot with other types or on-demand machines after it, or with a limit to the wait; absent for plain spot. */
  readonly spotWait?: SpotWait
  /** Spot runs that may be longer demand a certificate of a rehearsal; absent: none does. */
  readonly certifiedOverSeconds?: number
  /** How long the machines are kept warm after the job. */
  readonly keepAliveSeconds?: number
  /** How often SageMaker starts the job again after an internal error of its own. */
  readonly retries?: number
  /** When a run that failed is tried again with another job; absent: never. */
  readonly retry?: RetrySpec

  /** In the order given: it is the order of the program's arguments. */
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>
  /** Arguments of the program, untouched. */
  readonly args: readonly string[]
  /** Environment variables of the program. */
  readonly env: Readonly<Record<string, string | Secret>>
  /** Tags of the job. */
  readonly tags: Readonly<Record<string, string>>
  /** Metric name → regular expression with one capture group. */
  readonly metrics: Readonly<Record<string, string>>

  /** State that another specification left is removed before a job starts. */
  readonly keepsState?: 'same-spec'
  /** The state of each machine is kept as one archive; absent: file by file. */
  readonly stateArchive?: true

  /** The MLflow server that runs are logged on. */
  readonly mlflow?: MlflowSpec
  /** The experiment of SageMaker Experiments that the job belongs to. */
  readonly experiment?: ExperimentOptions
  /** Training only: what is written for TensorBoard is stored while the job runs. */
  readonly tensorboard?: true

  /** The role of the job, a name or an ARN; absent for the project's own. */
  readonly role?: string
  /** The KMS key that encrypts what the job stores. */
  readonly outputKmsKey?: string
  /** The KMS key that encrypts the machines' disks. */
  readonly volumeKmsKey?: string
  /** Subnets of the VPC the machines run in; empty for none. */
  readonly subnets: readonly string[]
  /** Security groups of the machines; empty without a VPC. */
  readonly securityGroups: readonly string[]
  /** What starts the program instead of the launcher. */
  readonly launch?: Launch
  /** How the program is started on several machines. */
  readonly distribution?: DistributionSpec
  /** Whether the program has no network. */
  readonly networkIsolation: boolean
  /** Whether the traffic between the machines is encrypted. */
  readonly encryptTraffic: boolean

  /** Checks what the work wrote with its toolkit's result call; any Standard Schema. */
  readonly resultSchema?: StandardSchemaV1
  /** Checks the hyperparameters before anything starts; any Standard Schema. */
  readonly hyperparameterSchema?: StandardSchemaV1
  /** The shapes of documents in channels and outputs; absent when there are none. */
  readonly documents?: readonly DocumentSpec[]
  /** Names of the options that were set, not defaulted: a platform that cannot honour one of these warns. */
  readonly givenOptions: readonly string[]
  /** The edits of `request()`, in order. */
  readonly requestOverrides: readonly RequestOverride[]
}

export type RequestOverride = (request: JobRequest['input']) => JobRequest['input']

/** Where a channel's data comes from. Three spellings of a task's output, one meaning. */
export type InputSource =
  | {
      readonly kind: 'local'
      /** The file or folder on this computer. */
      readonly path: string
    }
  | {
      readonly kind: 's3'
      /** The object, or the folder. */
      readonly uri: ObjectUri
    }
  /** The newest completed job of a task of this project, by name. */
  | {
      readonly kind: 'task'
      /** The name of that task. */
      readonly task: string
      /** Which of its outputs. */
      readonly output: string
    }
  /** A task in hand: running this one runs that one first. */
  | {
      readonly kind: 'upstream'
      /** That task. */
      readonly spec: TaskSpec
      /** Which of its outputs. */
      readonly output: string
    }
  /** A result in hand: this very job's output. */
  | {
      readonly kind: 'result'
      /** The job it is of. */
      readonly job: JobName
      /** Which of its outputs. */
      readonly output: string
      /** Where it is stored. */
      readonly uri: ObjectUri
    }

export interface InputSpec {
  /** The channel's name: letters, digits and `_`, so that `SM_CHANNEL_<NAME>` is a variable. */
  readonly channel: string
  /** Where its data comes from. */
  readonly source: InputSource
  /** Whether each machine gets all of it or its share. */
  readonly distribution: Distribution
  /** How the data reaches the machine. */
  readonly mode: InputMode
  /** Part of the source to take instead of all of it: a folder below it. */
  readonly subdir?: string
  /** Processing only: where it lies on the machine, instead of the channel's own folder. */
  readonly path?: string
  /** The groups of machines that get it; absent for all. */
  readonly groups?: readonly string[]
  /** The MIME type, for algorithms that ask for one. */
  readonly contentType?: string
  /** Whether `.tar.gz` archives in the channel, such as a model, are unpacked beside themselves before the program starts. */
  readonly unpack: boolean
}
