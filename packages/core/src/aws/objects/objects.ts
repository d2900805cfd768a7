import { randomUUID } from 'node:crypto'
import { addressOf, type ObjectUri } from '../../names/object-uri.ts'
import { eachOf } from '../../lang/each-of.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { FolderChild, ObjectBody, Objects, StoredObject, WriteOptions } from '../../platform/objects.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients, type OpenedClient } from '../clients.ts'
import { errorKindOf, vendorError } from '../error-kind.ts'
import { withErrorTranslation, platformError, type AwsOperation } from '../translate.ts'
import { bucketFinder, type BucketsOptions } from './bucket/finder.ts'
import { fastPathOf } from './fast-path/fast-path.ts'
import { listed } from './listing.ts'
import type { ListedPage } from './listed-page.ts'
import { BodyFailed, partsOf, writeInParts, type Part } from './multipart.ts'
import { isMissing } from './missing.ts'
import { readObject } from './read.ts'
import { readObjectTo } from './read-to.ts'

/** `Objects` in S3. `modifiedAtMs` of a write is this machine's clock; S3's own differs by the moment of travel. */
export function awsObjects(options: BucketsOptions): Objects {
  const { clients, clock } = options
  const findBucket = bucketFinder(options)
  return {
    bucket: (name, settings = {}) => findBucket(name, settings),
    list: (prefix, { signal } = {}) => listObjects(clients, prefix, signal),
    folders: (folder, { signal } = {}) => listFolders(clients, folder, signal),
    children: (folder, { signal } = {}) => listChildren(clients, folder, signal),
    find: (uri, { signal } = {}) => findObject(clients, uri, signal),
    read: (uri, options = {}) => readObject(clients, uri, clock, options),
    readTo: (uri, put, options = {}) => readObjectTo(clients, uri, clock, put, options),
    write: (uri, body, settings = {}) => writeObject(clients, clock, uri, body, settings).catch(asBodyFailure),
    remove: (uris, { signal } = {}) => removeObjects(clients, uris, signal),
  }
}

async function* listObjects(clients: Clients, prefix: ObjectUri, signal: AbortSignal | undefined): AsyncGenerator<StoredObject> {
  const { bucket } = addressOf(prefix)
  for await (const page of listed(clients, prefix, undefined, signal))
    for (const found of page.objects) yield storedIn(bucket, found)
}

async function* listFolders(clients: Clients, folder: ObjectUri, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const { key } = addressOf(folder)
  for await (const page of listed(clients, folder, '/', signal))
    for (const found of page.folders) yield found.slice(key.length, -1)
}

async function* listChildren(clients: Clients, folder: ObjectUri, signal: AbortSignal | undefined): AsyncGenerator<FolderChild> {
  const { bucket, key } = addressOf(folder)
  // A page is a moment of its own, and the next one a later moment.
  for await (const page of listed(clients, folder, '/', signal)) {
    for (const found of page.objects) yield { kind: 'object', object: storedIn(bucket, found) }
    for (const found of page.folders) yield { kind: 'folder', name: found.slice(key.length, -1) }
  }
}

const storedIn = (bucket: string, { key, ...facts }: ListedPage['objects'][number]): StoredObject => ({
  uri: `s3://${bucket}/${key}` as ObjectUri, // S3 gave it: it is one
  ...facts,
})

async function findObject(clients: Clients, uri: ObjectUri, signal: AbortSignal | undefined): Promise<StoredObject | undefined> {
  const { bucket, key } = addressOf(uri)
  const { client, sdk } = await clients.open('s3')
  const target = { Bucket: bucket, Key: key }
  return withErrorTranslation({ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }, signal, async () => {
    try {
      const response = await client.send(new sdk.HeadObjectCommand(target), abortable(signal))
      return {
        uri,
        sizeBytes: response.ContentLength ?? 0,
        etag: response.ETag ?? '',
        modifiedAtMs: response.LastModified?.getTime() ?? 0,
      }
    } catch (cause) {
      if (await isMissing({ client, sdk }, target, cause, signal)) return undefined
      throw cause
    }
  })
}

async function writeObject(
  clients: Clients,
  clock: Clock,
  uri: ObjectUri,
  body: ObjectBody,
  options: WriteOptions,
): Promise<StoredObject> {
  const { bucket, key } = addressOf(uri)
  if (key === '')
    throw new PlatformError('PLATFORM_REFUSED', `${uri} names a bucket, not an object in it.`, {
      facts: { uri },
      hint: 'Add a key.',
    })
  const operation: AwsOperation = {
    action: 's3:PutObject',
    resource: `arn:aws:s3:::${bucket}/${key}`,
    // Writing only over a certain object: when that one is gone, someone else was here too.
    ...(options.onlyIf === undefined ? {} : { missing: 'OBJECT_CHANGED' }),
  }
  const s3 = await clients.open('s3')
  const mark = randomUUID()
  return withErrorTranslation(operation, options.signal, async () => {
    const parts = partsOf(body, options.signal)
    try {
      const sent = await send(s3, { Bucket: bucket, Key: key }, parts, options, mark)
      if (sent.ETag !== undefined) return { uri, sizeBytes: sent.sizeBytes, etag: sent.ETag, modifiedAtMs: clock.now() }
    } catch (cause) {
      if (cause instanceof BodyFailed) throw new PlatformError('PLATFORM_REFUSED', cause.message, { cause })
      if (!(await arrivedBefore(s3, { Bucket: bucket, Key: key }, mark, cause))) throw cause
    } finally {
      await parts.return(undefined)
    }
    // Some servers do not say the ETag of what was completed; and a write whose answer was lost is looked up.
    const stored = await findObject(clients, uri, options.signal)
    if (stored === undefined)
      throw new PlatformError('OBJECT_MISSING', `${uri} was written and is gone already.`, { facts: { uri }, hint: 'Run again.' })
    return stored
  })
}

/** What the caller's own stream threw comes back as it was. */
function asBodyFailure(error: unknown): never {
  throw error instanceof PlatformError && error.cause instanceof BodyFailed ? error.cause.cause : error
}

interface Target {
  readonly Bucket: string
  readonly Key: string
}

async function send(
  s3: OpenedClient<'s3'>,
  target: Target,
  parts: AsyncGenerator<Part>,
  options: WriteOptions,
  mark: string,
): Promise<{ readonly ETag?: string; readonly sizeBytes: number }> {
  const { signal, onBytes, kmsKey } = options
  const onlyIf =
    options.onlyIf === undefined ? {} : options.onlyIf === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: options.onlyIf.etag }
  const encrypted = kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey }
  const marked = { ...encrypted, Metadata: { [markName]: mark } }
  const first = await parts.next()
  if (first.done === true) throw new TypeError('A body has at least one part, be it empty')
  if (!first.value.last) return writeInParts(s3, resumed(first.value, parts), { target, about: marked, onlyIf, onBytes, signal })
  const { bytes } = first.value
  // Only where the answer to a second try could be misread: a mark on every small file would be clutter.
  const about = options.onlyIf === undefined ? encrypted : marked
  const input = { ...target, ...about, ...onlyIf }
  // A write without a condition may be sent twice.
  const brief = options.onlyIf === undefined ? await fastPathOf(s3.client).put(input, bytes, signal) : undefined
  const response =
    brief ??
    (await s3.client.send(new s3.sdk.PutObjectCommand({ ...input, Body: bytes, ContentLength: bytes.length }), abortable(signal)))
  onBytes?.(bytes.length)
  return { ...(response.ETag ? { ETag: response.ETag } : {}), sizeBytes: bytes.length }
}

async function* resumed(first: Part, rest: AsyncGenerator<Part>): AsyncGenerator<Part> {
  yield first
  yield* rest
}

const markName = 'ssm-write'

/**
 * A conditional write that was sent twice because its first answer was lost finds its own object in the way, and an upload
 * that was completed twice is not there the second time. The object's mark tells: then the write did arrive.
 */
async function arrivedBefore(
  { client, sdk }: OpenedClient<'s3'>,
  target: Target,
  mark: string,
  cause: unknown,
): Promise<boolean> {
  const { name, attempts = 1 } = vendorError(cause)
  if (attempts < 2 || (errorKindOf(cause) !== 'changed' && name !== 'NoSuchUpload')) return false
  const there = await client.send(new sdk.HeadObjectCommand(target)).catch(() => undefined)
  return there?.Metadata?.[markName] === mark
}

const removedAtOnce = 1_000

async function removeObjects(clients: Clients, uris: readonly ObjectUri[], signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk } = await clients.open('s3')
  await eachOf(
    batches(uris),
    4,
    async ({ bucket, keys }, stop) => {
      const operation: AwsOperation = { action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${keys[0] ?? ''}` }
      const response = await withErrorTranslation(operation, stop, () =>
        client.send(
          new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }),
          abortable(stop),
        ),
      )
      const failed = (response.Errors ?? []).filter(({ Code }) => Code !== 'NoSuchKey')
      const [first] = failed
      if (first === undefined) return
      const vendor = Object.assign(new Error(first.Message ?? ''), { name: first.Code ?? 'InternalError' })
      const facts = { failed: failed.length, keys: failed.slice(0, 100).map(({ Key }) => Key) }
      throw platformError({ action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${first.Key ?? ''}`, facts }, vendor)
    },
    signal,
  )
}

function* batches(uris: readonly ObjectUri[]): Generator<{ readonly bucket: string; readonly keys: readonly string[] }> {
  const byBucket = new Map<string, string[]>()
  for (const uri of uris) {
    const { bucket, key } = addressOf(uri)
    if (key === '')
      throw new PlatformError('PLATFORM_REFUSED', `${uri} names a whole bucket: only objects are removed.`, {
        facts: { uri },
        hint: 'Name the objects.',
      })
    const keys = byBucket.get(bucket) ?? []
    byBucket.set(bucket, keys)
    keys.push(key)
  }
  for (const [bucket, keys] of byBucket) {
    for (let start = 0; start < keys.length; start += removedAtOnce)
      yield { bucket, keys: keys.slice(start, start + removedAtOnce) }
  }
}
