import type { Abortable } from './abortable.ts'

/** What the job's role must be able to do, computed from the task. */
export interface RoleNeed {
  /** The project of the job. */
  readonly project: string
  /** The user's own role, a name or an ARN: taken as it is, never changed. */
  readonly own?: string
  /** The bucket the job writes to. */
  readonly bucket: string
  /** Key prefixes in `bucket` that the job reads and writes, each ending in `/`. */
  readonly writablePrefixes: readonly string[]
  /** `bucket/prefix` of everything else the job reads. */
  readonly readableAddresses: readonly {
    /** The bucket. */
    readonly bucket: string
    /** What the keys begin with. */
    readonly key: string
  }[]
  /** The image the job runs in. */
  readonly imageUri: string
  /** KMS keys the job encrypts and decrypts with. */
  readonly kmsKeys: readonly string[]
  /** Whether the machines run in a VPC. */
  readonly vpc: boolean
  /** ARNs of SageMaker's MLflow servers that the job logs on; absent for none. */
  readonly mlflowServers?: readonly string[]
}

/** Finds the role of a job, or makes it. */
export interface Roles {
  /** The ARN that `ensure` would give, found without changing anything. */
  expected(need: RoleNeed, options?: Abortable): Promise<string>
  /** The ARN of a role that can do this; made or widened when it is ours. */
  ensure(need: RoleNeed, options?: Abortable): Promise<string>
}
