import { partitionOf } from '../../partition.ts'
import type { OpenedClient } from '../../clients.ts'
import { vendorError } from '../../error-kind.ts'

/** What protects a bucket that was made here. New accounts have the first two by default; older ones may have changed that. */
export type BucketProtection = 'public access block' | 'encryption' | 'TLS only'

/** Sets each; gives those that could not be set, with the reason. The bucket is there by now: nothing of this ends a run. */
export async function protectBucket(
  { client, sdk }: OpenedClient<'s3'>,
  bucket: string,
  region: string,
): Promise<readonly { readonly what: BucketProtection; readonly message: string }[]> {
  const steps: readonly (readonly [BucketProtection, () => Promise<unknown>])[] = [
    [
      'public access block',
      () => client.send(new sdk.PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: nothingPublic })),
    ],
    [
      'encryption',
      () => client.send(new sdk.PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: encrypted })),
    ],
    [
      'TLS only',
      async () => {
        // A stand-in without TLS would lock everybody out, us too.
        if (!(await usesTls(client))) return
        await client.send(new sdk.PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(tlsOnly(bucket, region)) }))
      },
    ],
  ]
  const failed: { readonly what: BucketProtection; readonly message: string }[] = []
  for (const [what, set] of steps) {
    try {
      await set()
    } catch (cause) {
      failed.push({ what, message: vendorError(cause).message })
    }
  }
  return failed
}

async function usesTls({ config }: OpenedClient<'s3'>['client']): Promise<boolean> {
  const endpoint = await config.endpoint?.()
  return (endpoint?.protocol ?? 'https:') === 'https:'
}

const nothingPublic = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

const encrypted = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }] }

function tlsOnly(bucket: string, region: string): object {
  const arn = `arn:${partitionOf(region).name}:s3:::${bucket}`
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  }
}
