import type { Abortable } from './abortable.ts'

/** What the job's role must be able to do, computed from the task. */
export interface RoleNeed {
  readonly project: string
  /** The user's own role, a name or an ARN: taken as it is, never changed. */
  readonly own?: string
  readonly bucket: string
  /** Key prefixes in `bucket` that the job reads and writes, each ending in `/`. */
  readonly writablePrefixes: readonly string[]
  /** `bucket/prefix` of everything else the job reads. */
  readonly readableAddresses: readonly { readonly bucket: string; readonly key: string }[]
  readonly imageUri: string
  readonly kmsKeys: readonly string[]
  readonly vpc: boolean
}

export interface Roles {
  /** The ARN that `ensure` would give, found without changing anything. */
  expected(need: RoleNeed, options?: Abortable): Promise<string>
  /** The ARN of a role that can do this; made or widened when it is ours. */
  ensure(need: RoleNeed, options?: Abortable): Promise<string>
}
