import { crc32 } from 'node:zlib'
import type { S3Client } from '@aws-sdk/client-s3'
import { base64Of } from '../crc.ts'
import { authorization, escapedPath, sha256Of, signingDate } from './signature.ts'

// What the SDK's own types call any, as far as it is used here.
/** A request as the SDK hands it to its connections. */
export interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  path: string
  query: Readonly<Record<string, unknown>>
  readonly headers: Record<string, string>
  body?: unknown
  clone(): SdkRequest
}

/** An answer as the SDK's connections give it. */
export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The SDK's connections. */
export interface SdkHandler {
  handle(request: SdkRequest, options: { readonly abortSignal?: AbortSignal }): Promise<{ readonly response: SdkResponse }>
}

/** A request of the SDK that others are copied from. */
export interface RequestTemplate {
  readonly request: SdkRequest
  /** What comes before the key. */
  readonly path: string
  readonly signed: readonly string[]
  readonly region: string
}

/** The last request of each kind that went through the SDK. */
export function templatesOf(client: S3Client): ReadonlyMap<string, RequestTemplate> {
  const templates = new Map<string, RequestTemplate>()
  client.middlewareStack.add(
    (next, context) => (args) => {
      const kind = kindOf(context.commandName, args.input)
      const template = kind === undefined ? undefined : templateOf(args.request as SdkRequest, keyOf(args.input)) // S3 speaks HTTP alone
      if (kind !== undefined && template !== undefined) templates.set(kind, template)
      return next(args)
    },
    // After everything else, so also after the signature.
    { step: 'finalizeRequest', priority: 'low', name: 'ssmFastPath', override: true },
  )
  return templates
}

/** Requests of one kind differ in nothing but what `RequestOverrides` names. */
export const putKind = (bucket: string, kmsKey: string | undefined): string => `put ${bucket} ${kmsKey ?? ''}`
export const getKind = (bucket: string): string => `get ${bucket}`
export const listKind = (bucket: string): string => `list ${bucket}`

const plainPut = new Set([
  'Bucket',
  'Key',
  'Body',
  'ContentLength',
  'ChecksumAlgorithm',
  'ExpectedBucketOwner',
  'ServerSideEncryption',
  'SSEKMSKeyId',
])
const plainGet = new Set(['Bucket', 'Key', 'ChecksumMode', 'ExpectedBucketOwner'])

/** Those with conditions, ranges or metadata are nobody's template. */
function kindOf(command: string | undefined, input: object): string | undefined {
  const { Bucket, SSEKMSKeyId } = input as { readonly Bucket: string; readonly SSEKMSKeyId?: string } // each of them has a bucket
  const only = (names: ReadonlySet<string>): boolean =>
    Object.entries(input).every(([name, value]) => value === undefined || names.has(name))
  if (command === 'PutObjectCommand' && only(plainPut)) return putKind(Bucket, SSEKMSKeyId)
  if (command === 'GetObjectCommand' && only(plainGet)) return getKind(Bucket)
  if (command === 'ListObjectsV2Command') return listKind(Bucket)
  return undefined
}

const keyOf = (input: object): string => (input as { readonly Key?: string }).Key ?? '' // a listing has none

/** A signed request as a template for others; `undefined` when it is of a sort that is not simply copied. */
function templateOf(request: SdkRequest, key: string): RequestTemplate | undefined {
  const { headers, query, path } = request
  const by = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+),/.exec(
    headers['authorization'] ?? '',
  )
  const [region, signed] = [by?.[1], by?.[2]]
  const escaped = escapedPath(key)
  if (region === undefined || signed === undefined || !path.endsWith(escaped)) return undefined
  // Only requests that name the owner they expect: nobody else's bucket is ever read or written by a copy.
  if (headers['x-amz-expected-bucket-owner'] === undefined) return undefined
  if (Object.keys(headers).some((name) => unknownHeader.test(name))) return undefined
  if (Object.values(query).some((value) => typeof value !== 'string')) return undefined
  return {
    request: request.clone(),
    path: path.slice(0, path.length - escaped.length),
    signed: signed.split(';').filter((name) => !ofTheSdk.has(name)),
    region,
  }
}

/** Checksums other than CRC-32, sessions of directory buckets, streamed bodies. */
const unknownHeader = /^(x-amz-checksum-(?!crc32$|mode$)|x-amz-s3session|x-amz-trailer|x-amz-decoded|content-encoding|expect$)/
/** Numbers of the SDK's own tries. */
const ofTheSdk: ReadonlySet<string> = new Set(['amz-sdk-invocation-id', 'amz-sdk-request'])

/** A request's query, as it is signed. */
export const queryOf = (query: SdkRequest['query']): string =>
  Object.keys(query)
    .sort()
    .map((name) => `${escapedPart(name)}=${escapedPart(String(query[name]))}`)
    .join('&')
const escapedPart = (text: string): string => escapedPath(text).replaceAll('/', '%2F')

/** What is a request's overrides, and not its template's. */
export interface RequestOverrides {
  readonly key: string
  readonly body?: Uint8Array
  readonly query?: Readonly<Record<string, string>>
}

/** A request like its template, with what is its overrides, signed now. */
export async function copied(
  client: S3Client,
  template: RequestTemplate,
  { key, body, query }: RequestOverrides,
): Promise<SdkRequest> {
  const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials()
  const request = template.request.clone()
  if (query !== undefined) request.query = query
  const { headers } = request
  for (const name of ofTheSdk) delete headers[name]
  delete headers['x-amz-security-token']
  if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken
  if (body !== undefined) {
    request.body = body
    headers['content-length'] = String(body.length)
    if (headers['x-amz-checksum-crc32'] !== undefined) headers['x-amz-checksum-crc32'] = base64Of(crc32(body))
    if (headers['x-amz-content-sha256'] !== 'UNSIGNED-PAYLOAD') headers['x-amz-content-sha256'] = sha256Of(body)
  }
  headers['x-amz-date'] = signingDate(Date.now() + client.config.systemClockOffset)
  request.path = template.path + escapedPath(key)
  headers['authorization'] = authorization(
    { method: request.method, path: request.path, query: queryOf(request.query), headers: signedOf(headers, template) },
    { accessKeyId, secretAccessKey, region: template.region, service: 's3' },
  )
  return request
}

function signedOf(headers: Readonly<Record<string, string>>, { signed }: RequestTemplate): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of [...signed, 'x-amz-security-token']) {
    const value = headers[name]
    if (value !== undefined) found[name] = value
  }
  return found
}
