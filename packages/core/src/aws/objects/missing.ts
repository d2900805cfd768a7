import { abortable, type OpenedClient } from '../clients.ts'
import { errorKindOf } from '../error-kind.ts'
import { decodedKey } from './listed-page.ts'

/**
 * Whether a read failed because there is no such object. S3 tells only those who may list the whole bucket; to all others it
 * says that they are denied. Whoever may list a folder can still ask whether the key is in it.
 */
export async function isMissing(
  { client, sdk }: OpenedClient<'s3'>,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
  cause: unknown,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const kind = errorKindOf(cause)
  if (kind !== 'denied') return kind === 'missing'
  try {
    const input = { Bucket, Prefix: Key, MaxKeys: 1, EncodingType: 'url' as const }
    const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command(input), abortable(signal))
    return !Contents.some((object) => decodedKey(object.Key ?? '') === Key)
  } catch {
    return false
  }
}

/** As S3 says it to whoever may list the bucket. */
export const noSuchKey = (cause: unknown): Error =>
  Object.assign(new Error('The specified key does not exist.', { cause }), { name: 'NoSuchKey' })
