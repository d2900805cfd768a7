/**
 * The platform AWS: SageMaker, S3, IAM, CloudWatch Logs and ECR.
 *
 * @module @simple-sagemaker/core/aws
 */
import type { Fields } from '../options/did-you-mean.ts'
import { assertPlatformOptions } from '../options/errors.ts'
import { PlatformError } from '../platform/errors.ts'
import type { Platform } from '../platform/platform.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import { openClients, type ClientOptions, type Prepare, type ServiceName } from './clients.ts'
import { awsImages } from './images/images.ts'
import { awsJobs, type JobsOptions } from './jobs/jobs.ts'
import { awsTuner } from './jobs/tuner.ts'
import { awsLogs } from './logs/logs.ts'
import {
  defaultSilenceLimits,
  watchSilence,
  type AnswerHandler,
  type AwsNotice,
  type Notify,
  type SilenceLimits,
} from './notices.ts'
import { defaultRetryLimits, type RetryLimits } from './rate-limiter.ts'
import { awsPrices } from './prices/prices.ts'
import { awsRoles } from './roles/roles.ts'
import { bucketKeys } from './objects/bucket/keys.ts'
import { awsObjects } from './objects/objects.ts'
import { expectOwners, ownersBook, type OwnersBook } from './objects/bucket/owners.ts'

export type { ClientOptions, ClientTypes, Credentials, ServiceName } from './clients.ts'
export type { AwsNotice, SilenceLimits } from './notices.ts'
export type { ImagePolicies } from './roles/image-policies.ts'
export { policies, type Policies, type PolicyOptions } from './roles/policies.ts'
export { roleStatus, type RoleStatus } from './roles/role-status.ts'
export type { Condition, PolicyDocument, Statement } from './roles/policy-document.ts'
export { publishedImages } from './images/published.ts'
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
  /** The engine that images are built with: `docker`, `podman`, or the path of one. Default: `SSM_CONTAINER_ENGINE`, else what answers. */
  readonly containerEngine?: string
  /**
   * Where images are built: `'engine'` on this computer, or `'codebuild'` in the account. Default: the variable `SSM_IMAGE_BUILDER`,
   * else here when docker or podman answers, and in the account when none does.
   */
  readonly imageBuilder?: 'engine' | 'codebuild'
  /** Hears what is worth telling: an image without security fixes, a bucket or role made, expired credentials. */
  readonly onNotice?: (notice: AwsNotice) => void
  /** Describe calls per second and kind of job, at most. AWS publishes no number; it is slowed down when AWS asks. Default 80. */
  readonly describesPerSecond?: number
  /** How long waiting goes on while AWS is out of reach, and while fresh credentials are missing. */
  readonly retryLimits?: Partial<RetryLimits>
  /** When a service that does not answer is told and given up. */
  readonly silence?: Partial<SilenceLimits>
  /** The clock of waiting and retrying; for tests. */
  readonly clock?: Clock
  /** Numbers from 0 to 1, for jitter. */
  readonly random?: () => number
}

const awsFields: Fields<AwsOptions> = {
  region: true,
  profile: true,
  credentials: true,
  endpoint: true,
  endpoints: true,
  maxAttempts: true,
  timeouts: true,
  clients: true,
  bucketOwners: true,
  permissionsBoundary: true,
  containerEngine: true,
  imageBuilder: true,
  onNotice: true,
  describesPerSecond: true,
  retryLimits: true,
  silence: true,
  clock: true,
  random: true,
}

/**
 * SageMaker, S3, IAM and CloudWatch Logs as a platform. Loads the AWS SDK on first use, a service at a time,
 * and calls nothing before. Everything it opened is closed by disposing it.
 *
 * @example const ex = project('ex', { platform: aws({ region: 'eu-west-1', profile: 'research' }) })
 */
export function aws(options: AwsOptions = {}): Platform {
  assertPlatformOptions('aws', options, awsFields, ['containerEngine'])
  const { clock = systemClock, random = Math.random } = options
  const notify: Notify = (notice) => options.onNotice?.(notice)
  const retryLimits = { ...defaultRetryLimits, ...options.retryLimits }
  const owners = ownersBook({ accountId: async () => (await clients.account()).id, bucketOwners: options.bucketOwners ?? {} })
  const clients = openClients(options, prepared(options, owners, notify))
  const permissionsBoundary = options.permissionsBoundary ?? (process.env['SSM_PERMISSIONS_BOUNDARY'] || undefined)
  const roles = awsRoles({ clients, clock, notify, bucketKey: bucketKeys(clients), permissionsBoundary })
  const jobsOptions: JobsOptions = {
    clients,
    clock,
    retryLimits,
    notify,
    random,
    isFreshRole: (arn) => roles.isFresh(arn),
    describesPerSecond: options.describesPerSecond ?? 80,
  }
  const jobs = awsJobs(jobsOptions)
  const objects = awsObjects({ clients, owners, clock, notify })
  return {
    name: 'aws',
    region: () => clients.region(),
    abilities: { images: true, buildsImages: true, ignores: [], commandLine: 'aws', leaseSilenceMs: 60_000 },
    jobs,
    objects,
    logs: awsLogs({ clients, jobs, clock, retryLimits }),
    roles,
    tuner: awsTuner(jobsOptions),
    prices: awsPrices(options, clock),
    images: awsImages({ clients, objects, clock, notify, permissionsBoundary, ...builderOptions(options) }),
    [Symbol.asyncDispose]: async () => {
      await jobs[Symbol.asyncDispose]()
      await clients[Symbol.asyncDispose]()
    },
  }
}

function builderOptions({ containerEngine, imageBuilder }: AwsOptions): Pick<AwsOptions, 'containerEngine' | 'imageBuilder'> {
  const given = imageBuilder ?? (process.env['SSM_IMAGE_BUILDER'] || undefined)
  if (given !== undefined && given !== 'engine' && given !== 'codebuild')
    throw new PlatformError('PLATFORM_UNSUPPORTED', `There is no image builder ${JSON.stringify(given)}.`, {
      hint: 'Choose engine or codebuild with imageBuilder or SSM_IMAGE_BUILDER, or leave it out.',
      facts: { imageBuilder: given },
    })
  return {
    ...(containerEngine === undefined ? {} : { containerEngine }),
    ...(given === undefined ? {} : { imageBuilder: given }),
  }
}

const serviceNames: Readonly<Record<ServiceName, string>> = {
  s3: 'S3',
  sagemaker: 'SageMaker',
  iam: 'IAM',
  ecr: 'ECR',
  sts: 'STS',
  logs: 'CloudWatch Logs',
  quotas: 'Service Quotas',
  cloudwatch: 'CloudWatch',
  pricing: 'Price List',
  codebuild: 'CodeBuild',
}

/** Buckets of others are refused, and the clients that we make are watched; those that were given are somebody else's. */
function prepared(options: AwsOptions, owners: OwnersBook, notify: Notify): Prepare {
  const limits = { ...defaultSilenceLimits, ...options.silence }
  const watch = (service: ServiceName) => (client: { readonly config: { readonly requestHandler: AnswerHandler } }) => {
    if (options.clients?.[service] === undefined)
      watchSilence(client.config.requestHandler, serviceNames[service], notify, limits)
  }
  const watched: Prepare = Object.fromEntries(
    Object.keys(serviceNames).map((service) => [service, watch(service as ServiceName)]), // the keys of a Record
  )
  return {
    ...watched,
    s3(client, sdk) {
      expectOwners(client, sdk, owners)
      watched.s3?.(client, sdk)
    },
  }
}
