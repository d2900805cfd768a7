import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { addressOf, type ObjectUri } from '../../names/object-uri.ts'
import { abortable, type Clients, type OpenedClient } from '../clients.ts'
import { freshTokens } from '../page-tokens.ts'
import { withErrorTranslation, type AwsOperation } from '../translate.ts'
import { fastPathOf } from './fast-path/fast-path.ts'
import { decodedKey, readPage, type ListedPage } from './listed-page.ts'

/** The pages of a listing, in key order. The next page is on its way while one is being read. */
export async function* listed(
  clients: Clients,
  prefix: ObjectUri,
  delimiter: '/' | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedPage> {
  const s3 = await clients.open('s3')
  const fresh = freshTokens(operationOf(prefix))
  let coming: Promise<ListedPage> | undefined = page(s3, prefix, delimiter, undefined, signal)
  while (coming !== undefined) {
    const now: ListedPage = await coming
    const next = fresh(now.next)
    coming = next === undefined ? undefined : page(s3, prefix, delimiter, next, signal)
    // Whoever leaves early must not be told of it as an unhandled rejection.
    coming?.catch(() => undefined)
    yield now
  }
}

async function page(
  { client, sdk }: OpenedClient<'s3'>,
  prefix: ObjectUri,
  delimiter: '/' | undefined,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ListedPage> {
  const { bucket, key } = addressOf(prefix)
  const parameters = {
    'list-type': '2',
    'encoding-type': 'url',
    prefix: key,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(token === undefined ? {} : { 'continuation-token': token }),
  }
  const brief = await fastPathOf(client).list(bucket, parameters, signal)
  const read = brief === undefined ? undefined : readPage(brief)
  if (read !== undefined) return read
  const input = {
    Bucket: bucket,
    Prefix: key,
    EncodingType: 'url' as const, // XML cannot carry every key
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
  }
  return pageOf(
    await withErrorTranslation(operationOf(prefix), signal, () =>
      client.send(new sdk.ListObjectsV2Command(input), abortable(signal)),
    ),
  )
}

function operationOf(prefix: ObjectUri): AwsOperation {
  const { bucket, key } = addressOf(prefix)
  return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, facts: { prefix: key } }
}

function pageOf(response: ListObjectsV2CommandOutput): ListedPage {
  const plain = response.EncodingType === 'url' ? decodedKey : (text: string): string => text
  return {
    objects: (response.Contents ?? []).map((object) => ({
      key: plain(object.Key ?? ''),
      sizeBytes: object.Size ?? 0,
      etag: object.ETag ?? '',
      modifiedAtMs: object.LastModified?.getTime() ?? 0,
    })),
    folders: (response.CommonPrefixes ?? []).map(({ Prefix }) => plain(Prefix ?? '')),
    next: response.IsTruncated === true ? response.NextContinuationToken : undefined,
  }
}
