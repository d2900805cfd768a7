import { openClients, type ClientOptions } from '../../clients.ts'
import { bucketExists } from './finder.ts'
import { defaultBucketName } from './name.ts'
import { expectOwners, ownersBook } from './owners.ts'

/** Whether the bucket of jobs is there. */
export interface BucketStatus {
  /** The bucket's name. */
  readonly bucket: string
  /** False when the first run is going to make it. */
  readonly exists: boolean
}

/**
 * Asks S3 for the bucket of this name, or for the account's default one, with no more rights than running a task needs
 * (`s3:GetBucketLocation`); changes nothing.
 * @throws {PlatformError} `BUCKET_FOREIGN` when somebody else owns it or the caller may not ask, `PLATFORM_REFUSED` when it is
 * in another region; an abort rejects with `signal.reason`.
 */
export async function bucketStatus(
  name: string | undefined,
  options: ClientOptions & {
    /** Ends the call early: it rejects with `signal.reason`. */
    readonly signal?: AbortSignal
  } = {},
): Promise<BucketStatus> {
  const owners = ownersBook({ accountId: async () => (await clients.account()).id, bucketOwners: {} })
  await using clients = openClients(options, { s3: (client, sdk) => expectOwners(client, sdk, owners) })
  const region = await clients.region()
  const bucket = name ?? defaultBucketName(region, (await clients.account(options.signal)).id)
  owners.claim(bucket)
  return { bucket, exists: await bucketExists(await clients.open('s3'), bucket, region, options.signal) }
}
