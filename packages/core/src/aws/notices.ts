import type { BucketProtection } from './objects/bucket/protection.ts'

/** Things worth telling that are neither a result nor an error. Plain data; the library never prints. */
export type AwsNotice =
  | { readonly type: 'image-unpatched'; readonly image: string; readonly sinceDate: string; readonly message: string }
  | { readonly type: 'image-elsewhere'; readonly image: string; readonly message: string }
  | { readonly type: 'credentials-expired'; readonly message: string }
  | {
      readonly type: 'bucket-created'
      readonly bucket: string
      /** What could not be set on it, and why; empty when public access is blocked, and encryption and TLS are asked for. */
      readonly withoutProtection: readonly { readonly what: BucketProtection; readonly message: string }[]
    }
  | { readonly type: 'role-changed'; readonly role: string; readonly change: 'created' | 'widened' }
  | { readonly type: 'repository-created'; readonly repository: string; readonly message: string }
  | { readonly type: 'slowed-down'; readonly action: string; readonly perSecond: number }

export type Notify = (notice: AwsNotice) => void
