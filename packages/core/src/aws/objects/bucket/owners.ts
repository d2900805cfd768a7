import type { S3Client } from '@aws-sdk/client-s3'
import type * as S3Sdk from '@aws-sdk/client-s3'
import { PlatformError } from '../../../platform/errors.ts'
import { errorKindOf } from '../../error-kind.ts'

/**
 * Whose each bucket is. The header `x-amz-expected-bucket-owner` makes S3 refuse a bucket of any other account, so a
 * bucket squatted under a name that can be guessed is never read or written.
 *
 * The rule: everything that changes something expects our own account, in every bucket. Reads do as well, with one
 * exception: a bucket that this platform never opened as its own (`Objects.bucket`), that a user named as an input, and
 * that provably is not ours, such as a public data set. There we only read, and expect the account of `bucketOwners` if given.
 */
export interface Owners {
  /** This bucket was opened as ours: from now on it is never read as a stranger's. */
  claim(bucket: string): void
}

export interface OwnersOptions {
  readonly accountId: () => Promise<string>
  /** The accounts of buckets that are known to be someone else's: bucket → account id. */
  readonly bucketOwners: Readonly<Record<string, string>>
}

/** Puts the expected owner on every call of this client. */
export function expectOwners(client: S3Client, sdk: typeof S3Sdk, owners: OwnersBook): void {
  const isOurs = async (bucket: string, account: string): Promise<boolean> => {
    try {
      await client.send(new sdk.GetBucketLocationCommand({ Bucket: bucket, ExpectedBucketOwner: account }))
      return true
    } catch (cause) {
      if (errorKindOf(cause) === 'denied') return false
      // Absent, or out of reach: the call itself will say so.
      return true
    }
  }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as { readonly Bucket?: string; readonly ExpectedBucketOwner?: string } // every S3 input that has a bucket has both
      if (input.Bucket === undefined || input.ExpectedBucketOwner !== undefined || ownerless.has(context.commandName ?? ''))
        return next(args)
      const owner = await owners.expected(input.Bucket, isRead(context.commandName ?? ''), isOurs)
      return next(owner === undefined ? args : { ...args, input: { ...args.input, ExpectedBucketOwner: owner } })
    },
    { step: 'initialize', name: 'ssmExpectedBucketOwner', override: true },
  )
}

/** The one call that has no owner to expect: there is no bucket yet. */
const ownerless: ReadonlySet<string> = new Set(['CreateBucketCommand'])

const isRead = (command: string): boolean => /^(Get|Head|List)/.test(command)

export interface OwnersBook extends Owners {
  expected(
    bucket: string,
    read: boolean,
    isOurs: (bucket: string, account: string) => Promise<boolean>,
  ): Promise<string | undefined>
}

export function ownersBook({ accountId, bucketOwners }: OwnersOptions): OwnersBook {
  const claimed = new Set<string>()
  const found = new Map<string, Promise<boolean>>()
  return {
    claim: (bucket) => void claimed.add(bucket),
    expected: async (bucket, read, isOurs) => {
      const account = await accountId()
      const named = bucketOwners[bucket]
      if (named !== undefined && named !== account) {
        if (read) return named
        throw new PlatformError('BUCKET_FOREIGN', `The bucket ${bucket} belongs to account ${named}: it is only read.`, {
          facts: { bucket, owner: named },
          hint: 'Write to a bucket of your own.',
        })
      }
      if (!read || claimed.has(bucket)) return account
      const ours = found.get(bucket) ?? isOurs(bucket, account)
      found.set(bucket, ours)
      return (await ours) ? account : undefined
    },
  }
}
