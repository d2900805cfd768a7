import type { Platform } from '../platform/platform.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import { openClients, type ClientOptions } from './clients.ts'
import { awsImages } from './images/images.ts'
import { awsJobs } from './jobs/jobs.ts'
import { awsLogs } from './logs/logs.ts'
import type { AwsNotice, Notify } from './notices.ts'
import { defaultRetryLimits, type RetryLimits } from './rate-limiter.ts'
import { awsRoles } from './roles/roles.ts'
import { bucketKeys } from './objects/bucket/keys.ts'
import { awsObjects } from './objects/objects.ts'
import { expectOwners, ownersBook } from './objects/bucket/owners.ts'

export type { ClientOptions, ClientTypes, Credentials, ServiceName } from './clients.ts'
export type { AwsNotice } from './notices.ts'
export { policies, type Policies, type PolicyOptions } from './roles/policies.ts'
export { roleStatus, type RoleStatus } from './roles/role-status.ts'
export type { Condition, PolicyDocument, Statement } from './roles/policy-document.ts'
export { bucketStatus, type BucketStatus } from './objects/bucket/bucket-status.ts'
export type { BucketProtection } from './objects/bucket/protection.ts'
export { machineQuotas, type MachineQuota, type MachineUse } from './quotas.ts'

/** How to reach AWS, and what a test or a service may put in its place. */
export interface AwsOptions extends ClientOptions {
  /** Accounts of buckets that are someone else's and are only read: bucket → account id. Others are found out. */
  readonly bucketOwners?: Readonly<Record<string, string>>
  /**
   * ARN of a managed policy that bounds every role that is made: whatever its own policy says, a job can do no more.
   * Default: the variable `SSM_PERMISSIONS_BOUNDARY`.
   */
  readonly permissionsBoundary?: string
  /** Hears what is worth telling: an image without security fixes, a bucket or role made, expired credentials. */
  readonly onNotice?: (notice: AwsNotice) => void
  /** Describe calls per second and kind of job, at most. AWS publishes no number; it is slowed down when AWS asks. Default 80. */
  readonly describesPerSecond?: number
  /** How long waiting goes on while AWS is out of reach, and while fresh credentials are missing. */
  readonly retryLimits?: Partial<RetryLimits>
  readonly clock?: Clock
  /** Numbers from 0 to 1, for jitter. */
  readonly random?: () => number
}

/**
 * SageMaker, S3, IAM and CloudWatch Logs behind the five doorways. Loads the AWS SDK on first use, a service at a time,
 * and calls nothing before. Everything it opened is closed by disposing it.
 */
export function aws(options: AwsOptions = {}): Platform {
  const { clock = systemClock, random = Math.random } = options
  const notify: Notify = (notice) => options.onNotice?.(notice)
  const retryLimits = { ...defaultRetryLimits, ...options.retryLimits }
  const owners = ownersBook({ accountId: async () => (await clients.account()).id, bucketOwners: options.bucketOwners ?? {} })
  const clients = openClients(options, { s3: (client, sdk) => expectOwners(client, sdk, owners) })
  const roles = awsRoles({
    clients,
    clock,
    notify,
    bucketKey: bucketKeys(clients),
    permissionsBoundary: options.permissionsBoundary ?? (process.env['SSM_PERMISSIONS_BOUNDARY'] || undefined),
  })
  const jobs = awsJobs({
    clients,
    clock,
    retryLimits,
    notify,
    random,
    isFreshRole: (arn) => roles.isFresh(arn),
    describesPerSecond: options.describesPerSecond ?? 80,
  })
  return {
    name: 'aws',
    region: () => clients.region(),
    abilities: { images: true, buildsImages: false, ignores: [], leaseSilenceMs: 60_000 },
    jobs,
    objects: awsObjects({ clients, owners, clock, notify }),
    logs: awsLogs({ clients, jobs, clock, retryLimits }),
    roles,
    images: awsImages({ region: () => clients.region(), clock, notify }),
    [Symbol.asyncDispose]: async () => {
      await jobs[Symbol.asyncDispose]()
      await clients[Symbol.asyncDispose]()
    },
  }
}
