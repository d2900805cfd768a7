import { crc32 } from 'node:zlib'
import { addressOf, type ObjectUri } from '../../names/object-uri.ts'
import { PlatformError } from '../../platform/errors.ts'
import { growingPauses } from '../../time/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients } from '../clients.ts'
import { meaningOf } from '../meaning.ts'
import { atTheWall, platformError, type Act } from '../translate.ts'
import { laneOf, type Answer } from './lane.ts'
import { base64Of } from './crc.ts'

const fruitlessTries = 8

/**
 * An object's bytes in order. A connection that breaks is taken up again where it broke, of the very same object; eight
 * tries in a row without a byte give up. The whole is checked against the CRC-32 that S3 keeps, if it keeps one.
 */
export async function* readObject(
  clients: Clients,
  uri: ObjectUri,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { bucket, key } = addressOf(uri)
  const act: Act = { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }
  let first: Answer | undefined
  let at = 0
  let crc = 0
  let pauses = patience()
  for (;;) {
    const said = await answerFrom(clients, act, { Bucket: bucket, Key: key }, first, at, signal)
    first ??= said
    let broken: unknown = Object.assign(new Error('The answer ended too early'), { code: 'ECONNRESET' })
    try {
      for await (const chunk of bytesOf(said)) {
        at += chunk.length
        if (sumOf(first) !== undefined) crc = crc32(chunk, crc)
        pauses = patience()
        yield chunk
      }
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason
      if (meaningOf(cause) === 'corrupt') throw platformError(act, cause)
      broken = cause
    }
    if (at === (first.ContentLength ?? at)) break
    const pause = pauses.next()
    if (pause.done === true) throw platformError(act, broken)
    await clock.sleep(pause.value, signal)
  }
  checkSum(uri, first, crc)
}

/** The pauses before one gives up: a byte that arrives starts them anew. */
function* patience(): Generator<number, undefined> {
  const pauses = growingPauses(200, 5_000)
  for (let tries = 0; tries < fruitlessTries; tries += 1) yield pauses.next().value
}

/** The object from its start, or the very same object from where its bytes broke off. */
async function answerFrom(
  clients: Clients,
  act: Act,
  target: { readonly Bucket: string; readonly Key: string },
  first: Answer | undefined,
  at: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { client, sdk } = await clients.open('s3')
  const brief = first === undefined ? await laneOf(client).get(target, signal) : undefined
  if (brief !== undefined) return brief
  const same = first?.ETag === undefined ? {} : { IfMatch: first.ETag }
  const from = first === undefined ? { ChecksumMode: 'ENABLED' as const } : { Range: `bytes=${at}-`, ...same }
  return atTheWall(act, signal, () => client.send(new sdk.GetObjectCommand({ ...target, ...from }), abortable(signal)))
}

/** The CRC-32 of the whole object, where S3 keeps one: a sum of sums, `…-3`, cannot be compared with the bytes. */
function sumOf({ ChecksumCRC32: kept, ChecksumType: type }: Answer): string | undefined {
  return kept === undefined || kept.includes('-') || type === 'COMPOSITE' ? undefined : kept
}

function checkSum(uri: ObjectUri, first: Answer, crc: number): void {
  const kept = sumOf(first)
  if (kept === undefined || kept === base64Of(crc)) return
  throw new PlatformError('OBJECT_CORRUPT', `What arrived of ${uri} is not what was stored: its CRC-32 is another one.`, {
    facts: { uri },
    hint: 'Read it again; if that fails too, the stored object is damaged.',
  })
}

function bytesOf(said: Answer): AsyncIterable<Uint8Array> {
  return said.Body as AsyncIterable<Uint8Array> // on Node the body is always a Readable
}
