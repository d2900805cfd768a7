import type { Platform } from '../platform/platform.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import { openClients, type ClientOptions } from './clients.ts'
import { awsImages } from './images.ts'
import { awsJobs } from './jobs/jobs.ts'
import { awsLogs } from './logs.ts'
import type { AwsNotice, Tell } from './notices.ts'
import { usualPatience, type Patience } from './pace.ts'
import { awsRoles } from './roles/roles.ts'
import { bucketKeys } from './s3/bucket/keys.ts'
import { awsObjects } from './s3/objects.ts'
import { expectOwners, ownersBook } from './s3/bucket/owners.ts'

export type { ClientOptions, ClientTypes, Credentials, ServiceName } from './clients.ts'
export type { AwsNotice } from './notices.ts'
export { policies, type Policies, type PolicyOptions } from './roles/policies.ts'
export type { Condition, PolicyDocument, Statement } from './roles/policy-document.ts'
export type { BucketProtection } from './s3/bucket/protection.ts'
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
  readonly patience?: Partial<Patience>
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
  const tell: Tell = (notice) => options.onNotice?.(notice)
  const patience = { ...usualPatience, ...options.patience }
  const owners = ownersBook({ accountId: async () => (await clients.account()).id, bucketOwners: options.bucketOwners ?? {} })
  const clients = openClients(options, { s3: (client, sdk) => expectOwners(client, sdk, owners) })
  const roles = awsRoles({
    clients,
    clock,
    tell,
    bucketKey: bucketKeys(clients),
    permissionsBoundary: options.permissionsBoundary ?? (process.env['SSM_PERMISSIONS_BOUNDARY'] || undefined),
  })
  const jobs = awsJobs({
    clients,
    clock,
    patience,
    tell,
    random,
    isFreshRole: (arn) => roles.isFresh(arn),
    describesPerSecond: options.describesPerSecond ?? 80,
  })
  return {
    name: 'aws',
    region: () => clients.region(),
    abilities: { spot: true, images: true, buildsImages: false, maxMachines: 100, ignores: [], leaseSilenceMs: 60_000 },
    jobs,
    objects: awsObjects({ clients, owners, clock, tell }),
    logs: awsLogs({ clients, jobs, clock, patience }),
    roles,
    images: awsImages({ region: () => clients.region(), clock, tell }),
    [Symbol.asyncDispose]: async () => {
      await jobs[Symbol.asyncDispose]()
      await clients[Symbol.asyncDispose]()
    },
  }
}
