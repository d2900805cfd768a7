import { terms, wording } from '../../../errors/wording.ts'
import type { BucketLocationConstraint } from '@aws-sdk/client-s3'
import { PlatformError } from '../../../platform/errors.ts'
import type { Clock } from '../../../time/clock.ts'
import { abortable, type Clients, type OpenedClient } from '../../clients.ts'
import { errorKindOf, vendorError } from '../../error-kind.ts'
import type { Notify } from '../../notices.ts'
import { withErrorTranslation, platformError } from '../../translate.ts'
import { defaultBucketName } from './name.ts'
import { protectBucket } from './protection.ts'
import type { Owners } from './owners.ts'

export interface BucketsOptions {
  readonly clients: Clients
  readonly owners: Owners
  readonly clock: Clock
  readonly notify: Notify
}

/** Finds the bucket, or makes it; refuses one that someone else owns. Each is looked at once. */
export function bucketFinder({
  clients,
  owners,
  clock,
  notify,
}: BucketsOptions): (
  name: string | undefined,
  options: { readonly dryRun?: boolean; readonly signal?: AbortSignal },
) => Promise<string> {
  const ready = new Map<string, Promise<void>>()
  return async (name, { dryRun = false, signal }) => {
    const bucket = name ?? defaultBucketName(await clients.region(), (await clients.account(signal)).id)
    owners.claim(bucket)
    if (dryRun) return bucket
    const work = ready.get(bucket) ?? openBucket(bucket, clients, clock, notify)
    ready.set(bucket, work)
    work.catch(() => ready.delete(bucket))
    await work
    signal?.throwIfAborted()
    return bucket
  }
}

const tries = 5

async function openBucket(bucket: string, clients: Clients, clock: Clock, notify: Notify): Promise<void> {
  const s3 = await clients.open('s3')
  const region = await clients.region()
  for (let attempt = 1; ; attempt += 1) {
    if (await bucketExists(s3, bucket, region)) return
    try {
      await create(s3, bucket, region)
      notify({ type: 'bucket-created', bucket, withoutProtection: await protectBucket(s3, bucket, region) })
      return
    } catch (cause) {
      const { name } = vendorError(cause)
      // Two clients make it at once: the other one is as good as we are.
      if (name === 'BucketAlreadyOwnedByYou') return
      if (name !== 'OperationAborted' || attempt === tries)
        throw platformError({ action: 's3:CreateBucket', resource: `arn:aws:s3:::${bucket}` }, cause)
      await clock.sleep(1_000 * attempt)
    }
  }
}

/**
 * Asks where the bucket is, not for its head: that would need the right to list all of its keys, other projects' among them.
 */
export async function bucketExists(
  { client, sdk }: OpenedClient<'s3'>,
  bucket: string,
  region: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const operation = { action: 's3:GetBucketLocation', resource: `arn:aws:s3:::${bucket}` }
  const found = await withErrorTranslation(operation, signal, async () => {
    try {
      return await client.send(new sdk.GetBucketLocationCommand({ Bucket: bucket }), abortable(signal))
    } catch (cause) {
      if (errorKindOf(cause) === 'missing') return undefined
      if (errorKindOf(cause) === 'denied') throw foreign(bucket, cause)
      throw cause
    }
  })
  if (found === undefined) return false
  const where = regionOf(found.LocationConstraint)
  if (where !== undefined && where !== region) throw elsewhere(bucket, where, region)
  return true
}

/** us-east-1 has no name here, and Ireland an old one; what other makers of S3 say is no region. */
function regionOf(constraint: string | undefined): string | undefined {
  if (constraint === undefined || constraint === '') return 'us-east-1'
  if (constraint === 'EU') return 'eu-west-1'
  return /^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(constraint) ? constraint : undefined
}

async function create({ client, sdk }: OpenedClient<'s3'>, bucket: string, region: string): Promise<void> {
  // us-east-1 is the one region that must not be named.
  const place =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } } // an open list of regions
  await client.send(new sdk.CreateBucketCommand({ Bucket: bucket, ...place }))
}

const foreign = (bucket: string, cause: unknown): PlatformError =>
  new PlatformError(
    'BUCKET_FOREIGN',
    `The bucket ${bucket} belongs to another account, or these credentials may not even look at it. Nothing was written to it.`,
    {
      cause,
      facts: { bucket },
      hint: wording`Name a bucket of your own with ${terms.bucket}. If ${bucket} is yours, allow s3:GetBucketLocation on arn:aws:s3:::${bucket}.`,
    },
  )

const elsewhere = (bucket: string, where: string, region: string): PlatformError =>
  new PlatformError(
    'PLATFORM_REFUSED',
    `The bucket ${bucket} is in ${where}, the jobs are in ${region}: SageMaker wants both in one region.`,
    {
      facts: { bucket, bucketRegion: where, region },
      hint: wording`Set ${terms.region} to ${where}, or name a bucket in ${region}.`,
    },
  )
