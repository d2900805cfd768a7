import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { abortable } from '../../clients.ts'
import {
  copied,
  getKind,
  listKind,
  templatesOf,
  putKind,
  type RequestOverrides,
  type SdkHandler,
  type SdkRequest,
  type SdkResponse,
} from './request-template.ts'

/**
 * A short way for many small requests. Of two milliseconds that the SDK computes for a request of four kilobytes, most are
 * spent on deciding again what it decided for the one before. Here the first request of a kind goes through the SDK, and the
 * others are copies of it: the same host, headers, owner, connections and time-outs; only key, body, date and signature are
 * their own. The fast path tries once. Whatever does not simply succeed is left to the SDK, which tries again, follows, corrects
 * its clock and says what is wrong.
 */
export interface FastPath {
  /** Writes a small object; `undefined` when the SDK is to do it. The SDK may do it again: only for writes without a condition. */
  put(input: PutInput, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<{ readonly ETag?: string } | undefined>
  /** Begins to read an object; `undefined` when the SDK is to do it. */
  get(input: Place, signal: AbortSignal | undefined): Promise<Answer | undefined>
  /** A signed request for an object, for a connection of one's own; `undefined` when the SDK is to ask. */
  signed(input: Place): Promise<SdkRequest | undefined>
  /** The XML of ListObjectsV2 for these parameters; `undefined` when the SDK is to ask. */
  list(bucket: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<string | undefined>
}

interface Place {
  readonly Bucket: string
  readonly Key: string
}

interface PutInput extends Place {
  readonly SSEKMSKeyId?: string
}

/** What is asked about an answer to GetObject. */
export type Answer = Pick<GetObjectCommandOutput, 'ETag' | 'ContentLength' | 'ChecksumCRC32' | 'ChecksumType'> & {
  readonly Body?: unknown
}

/** From here on the SDK handles a body otherwise: it asks first whether the server wants it. */
export const fastPathBytes = 1024 * 1024

/** After trouble all requests go through the SDK for a while: it knows how to slow down. */
const pauseMs = 10_000

const fastPaths = new WeakMap<S3Client, FastPath>()

/** The fast path of a client; made on first use. */
export function fastPathOf(client: S3Client): FastPath {
  const known = fastPaths.get(client)
  if (known !== undefined) return known
  const opened = openFastPath(client)
  fastPaths.set(client, opened)
  return opened
}

function openFastPath(client: S3Client): FastPath {
  const templates = templatesOf(client)
  const handler: SdkHandler = client.config.requestHandler
  let closedUntilMs = 0
  const ask = async (kind: string, overrides: RequestOverrides, signal?: AbortSignal): Promise<SdkResponse | undefined> => {
    const template = templates.get(kind)
    if (template === undefined || Date.now() < closedUntilMs) return undefined
    try {
      const request = await copied(client, template, overrides)
      const { response } = await handler.handle(request, abortable(signal))
      if (response.statusCode === 200) return response
      if (response.statusCode >= 429) closedUntilMs = Date.now() + pauseMs
      discard(response.body)
    } catch {
      signal?.throwIfAborted()
      closedUntilMs = Date.now() + pauseMs
    }
    return undefined
  }
  return {
    put: async ({ Bucket, Key, SSEKMSKeyId }, bytes, signal) => {
      if (bytes.length > fastPathBytes) return undefined
      const response = await ask(putKind(Bucket, SSEKMSKeyId), { key: Key, body: bytes }, signal)
      return response === undefined ? undefined : etagOf(response)
    },
    get: async ({ Bucket, Key }, signal) => {
      const response = await ask(getKind(Bucket), { key: Key }, signal)
      return response === undefined ? undefined : answerOf(response)
    },
    signed: async ({ Bucket, Key }) => {
      const template = templates.get(getKind(Bucket))
      return template === undefined || Date.now() < closedUntilMs ? undefined : copied(client, template, { key: Key })
    },
    list: async (bucket, parameters, signal) => {
      const response = await ask(listKind(bucket), { key: '', query: parameters }, signal)
      return response === undefined ? undefined : textOf(response.body, signal)
    },
  }
}

function etagOf({ body, headers: { etag } }: SdkResponse): { readonly ETag?: string } {
  discard(body)
  return etag === undefined ? {} : { ETag: etag }
}

function answerOf({ headers, body }: SdkResponse): Answer {
  const length = headers['content-length']
  const crc = headers['x-amz-checksum-crc32']
  const type = headers['x-amz-checksum-type']
  return {
    Body: body,
    ...(length === undefined ? {} : { ContentLength: Number(length) }),
    ...(headers['etag'] === undefined ? {} : { ETag: headers['etag'] }),
    ...(crc === undefined ? {} : { ChecksumCRC32: crc }),
    ...(type === 'COMPOSITE' || type === 'FULL_OBJECT' ? { ChecksumType: type } : {}),
  }
}

async function textOf(body: unknown, signal: AbortSignal | undefined): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk) // on Node a body is a Readable
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
  return Buffer.concat(chunks).toString()
}

/** Reads an answer to its end, so that its connection can be used again. */
function discard(body: unknown): void {
  const stream = body as { resume(): void; on(event: 'error', listener: () => void): void } // on Node a body is a Readable
  stream.on('error', () => undefined)
  stream.resume()
}
