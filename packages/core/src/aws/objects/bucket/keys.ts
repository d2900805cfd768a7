import type { Clients } from '../../clients.ts'

/** The KMS key that a bucket encrypts with by default; `undefined` for none of one's own, or where it may not be asked. */
export type BucketKey = (bucket: string, signal?: AbortSignal) => Promise<string | undefined>

/** Asked once for each bucket. */
export function bucketKeys(clients: Clients): BucketKey {
  const found = new Map<string, Promise<string | undefined>>()
  return async (bucket, signal) => {
    const key = found.get(bucket) ?? askKey(clients, bucket)
    found.set(bucket, key)
    const name = await key
    signal?.throwIfAborted()
    return name
  }
}

async function askKey(clients: Clients, bucket: string): Promise<string | undefined> {
  const { client, sdk } = await clients.open('s3')
  try {
    const response = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket: bucket }))
    const rule = response.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
    const key = rule?.SSEAlgorithm?.startsWith('aws:kms') === true ? rule.KMSMasterKeyID : undefined
    // Everybody in the account may use the key that AWS keeps for S3.
    return key === undefined || key.endsWith('alias/aws/s3') ? undefined : key
  } catch {
    // A bucket of someone else's, one without a setting, or a caller who may not look: the job will say what it lacks.
    return undefined
  }
}
