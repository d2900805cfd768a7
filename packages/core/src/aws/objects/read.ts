import { crc32 } from 'node:zlib'
import { addressOf, type ObjectUri } from '../../names/object-uri.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { ReadOptions } from '../../platform/objects.ts'
import { growingPauses } from '../../time/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients } from '../clients.ts'
import { errorKindOf } from '../error-kind.ts'
import { withErrorTranslation, platformError, type AwsOperation } from '../translate.ts'
import { base64Of } from './crc.ts'
import { fastPathOf, type Answer } from './fast-path/fast-path.ts'
import { isMissing, noSuchKey } from './missing.ts'

const fruitlessTries = 8

/** From this size on an object may be fetched in parts of that size by several connections. */
export const severalPartsBytes = 32 * 1024 * 1024
export const rangeBytes = 8 * 1024 * 1024

/** One object, as it is asked for. */
export interface Source {
  readonly clients: Clients
  readonly clock: Clock
  readonly operation: AwsOperation
  readonly target: { readonly Bucket: string; readonly Key: string }
  readonly signal: AbortSignal | undefined
}

export function storedSource(clients: Clients, uri: ObjectUri, clock: Clock, signal: AbortSignal | undefined): Source {
  const { bucket, key } = addressOf(uri)
  const operation: AwsOperation = { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }
  return { clients, clock, operation, target: { Bucket: bucket, Key: key }, signal }
}

/**
 * An object's bytes in order. A connection that breaks is taken up again where it broke, of the very same object; eight
 * tries in a row without a byte give up. The whole is checked against the CRC-32 that S3 keeps, if it keeps one.
 */
export async function* readObject(
  clients: Clients,
  uri: ObjectUri,
  clock: Clock,
  { connections = 1, signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const source = storedSource(clients, uri, clock, signal)
  const whole = await answered(source)
  const end = whole.ContentLength
  const inOne = connections === 1 || end === undefined || end < severalPartsBytes
  const chunks = inOne ? bytesFrom(source, whole, 0, end, whole) : inParts(source, whole, end, connections)
  let crc = 0
  for await (const chunk of chunks) {
    // What other connections fetched ahead is not handed out any more once the reader was told to stop.
    signal?.throwIfAborted()
    if (sumOf(whole) !== undefined) crc = crc32(chunk, crc)
    yield chunk
  }
  checkSum(uri, whole, crc)
}

/** The answer that told of the whole gives the first part, and other connections those after it. */
async function* inParts(source: Source, whole: Answer, end: number, connections: number): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  const signal = source.signal === undefined ? stop.signal : AbortSignal.any([source.signal, stop.signal])
  const ahead: Promise<readonly Uint8Array[]>[] = []
  let begun = rangeBytes
  const begin = (): void => {
    if (begun >= end) return
    const [from, to] = [begun, Math.min(begun + rangeBytes, end)]
    begun = to
    const part = gathered(bytesFrom({ ...source, signal }, whole, from, to))
    // Whoever comes to this part sees its failure.
    part.catch(() => undefined)
    ahead.push(part)
  }
  try {
    for (let others = 1; others < connections; others += 1) begin()
    yield* bytesFrom(source, whole, 0, rangeBytes, whole)
    for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
      const chunks = await part
      begin()
      yield* chunks
    }
  } finally {
    stop.abort()
    await Promise.allSettled(ahead)
  }
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

/** The bytes of the very same object from one place to another; `answer` is one that begins there, if there is one already. */
export async function* bytesFrom(
  source: Source,
  whole: Answer,
  from: number,
  to: number | undefined,
  answer?: Answer,
): AsyncGenerator<Uint8Array> {
  const { operation, clock, signal } = source
  let pauses = pausesUntilGivenUp()
  for (let [at, response] = [from, answer]; ; response = undefined) {
    response ??= await answered(source, { whole, from: at, to })
    let broken: unknown = Object.assign(new Error('The answer ended too early'), { code: 'ECONNRESET' })
    try {
      for await (const chunk of bytesOf(response)) {
        const wanted = to === undefined ? chunk : chunk.subarray(0, to - at)
        at += wanted.length
        pauses = pausesUntilGivenUp()
        yield wanted
        // The answer that told of the whole goes on after the first part. Any other is read to its end, so that its connection is kept.
        if (at === to && to !== whole.ContentLength && response === whole) return
      }
      if (at === (to ?? at)) return
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason
      if (errorKindOf(cause) === 'corrupt') throw platformError(operation, cause)
      if (at === to) return
      broken = cause
    }
    const pause = pauses.next()
    if (pause.done === true) throw platformError(operation, broken)
    await clock.sleep(pause.value, signal)
  }
}

/** The pauses before one gives up: a byte that arrives starts them anew. */
function* pausesUntilGivenUp(): Generator<number, undefined> {
  const pauses = growingPauses(200, 5_000)
  for (let tries = 0; tries < fruitlessTries; tries += 1) yield pauses.next().value
}

interface Stretch {
  readonly whole: Answer
  readonly from: number
  readonly to: number | undefined
}

/** An answer with the whole object, or with a stretch of the very same one. */
export async function answered({ clients, operation, target, signal }: Source, stretch?: Stretch): Promise<Answer> {
  const { client, sdk } = await clients.open('s3')
  const brief = stretch === undefined ? await fastPathOf(client).get(target, signal) : undefined
  if (brief !== undefined) return brief
  const what = stretch === undefined ? { ChecksumMode: 'ENABLED' as const } : stretchOf(stretch)
  const response = await withErrorTranslation(operation, signal, async () => {
    try {
      return await client.send(new sdk.GetObjectCommand({ ...target, ...what }), abortable(signal))
    } catch (cause) {
      throw (await isMissing({ client, sdk }, target, cause, signal)) ? noSuchKey(cause) : cause
    }
  })
  // A server that knows no ranges answers with the whole.
  if (stretch !== undefined && response.ContentRange?.startsWith(`bytes ${stretch.from}-`) !== true)
    throw new PlatformError('PLATFORM_REFUSED', `The server at this endpoint does not give parts of objects.`, {
      facts: { ...target, range: stretchOf(stretch).Range },
      hint: 'Use an endpoint that answers GetObject with a Range as S3 does.',
    })
  return response
}

const stretchOf = ({ whole, from, to }: Stretch): { readonly Range: string; readonly IfMatch?: string } => ({
  Range: `bytes=${from}-${to === undefined ? '' : to - 1}`,
  ...(whole.ETag === undefined ? {} : { IfMatch: whole.ETag }),
})

/** The CRC-32 of the whole object, where S3 keeps one: a sum of sums, `…-3`, cannot be compared with the bytes. */
export function sumOf({ ChecksumCRC32: kept, ChecksumType: type }: Answer): string | undefined {
  return kept === undefined || kept.includes('-') || type === 'COMPOSITE' ? undefined : kept
}

export function checkSum(uri: ObjectUri, first: Answer, crc: number): void {
  const kept = sumOf(first)
  if (kept === undefined || kept === base64Of(crc)) return
  throw new PlatformError('OBJECT_CORRUPT', `What arrived of ${uri} is not what was stored: its CRC-32 is another one.`, {
    facts: { uri },
    hint: 'Read it again; if that fails too, the stored object is damaged.',
  })
}

function bytesOf(response: Answer): AsyncIterable<Uint8Array> {
  return response.Body as AsyncIterable<Uint8Array> // on Node the body is always a Readable
}
