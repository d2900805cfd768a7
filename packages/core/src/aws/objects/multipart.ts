import type { CompletedPart } from '@aws-sdk/client-s3'
import { openFile, readSmallFile, smallFileBytes } from '../../files/part.ts'
import { eachOf } from '../../lang/each-of.ts'
import type { ObjectBody } from '../../platform/objects.ts'
import { abortable, type OpenedClient } from '../clients.ts'
import { base64Of, joinedCrc, summed, type Summed } from './crc.ts'

const mebibyte = 1024 * 1024
/** Bodies up to this many bytes go in one request; larger ones in parts of at least this size. */
export const partBytes = 8 * mebibyte
const mostParts = 10_000
const partsAtOnce = 4

export interface Part {
  readonly number: number
  readonly bytes: Uint8Array
  /** Whether nothing follows. */
  readonly last: boolean
  /** Gives the bytes' place back once they were sent. */
  readonly release?: () => void
}

/** A body in pieces, one in memory at a time: the first one alone when the body is small. */
export async function* partsOf(body: ObjectBody, signal?: AbortSignal): AsyncGenerator<Part> {
  switch (body.kind) {
    case 'bytes':
      yield* slices(body.bytes.length, async (start, length) => body.bytes.subarray(start, start + length))
      return
    case 'file': {
      if (body.sizeBytes <= smallFileBytes) {
        yield { number: 1, bytes: await readSmallFile(body.path, body.sizeBytes), last: true }
        return
      }
      await using file = await openFile(body.path)
      // Used again: to get and to collect fresh ones would be a fifth of all work.
      const spare: Uint8Array[] = []
      const read = (start: number, length: number): Promise<Uint8Array> => file.part(start, length, spare.pop())
      for await (const part of slices(body.sizeBytes, read)) yield { ...part, release: () => void spare.push(part.bytes) }
      return
    }
    case 'stream':
      yield* gathered(ownFailures(body.chunks, signal))
  }
}

/** The body itself failed to give its bytes: not for AWS to answer for. The failure is the `cause`. */
export class BodyFailed extends Error {}

async function* ownFailures(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      yield chunk
    }
  } catch (cause) {
    throw new BodyFailed('The body failed', { cause })
  }
}

async function* slices(total: number, read: (start: number, length: number) => Promise<Uint8Array>): AsyncGenerator<Part> {
  const size = Math.max(partBytes, Math.ceil(total / mostParts / mebibyte) * mebibyte)
  for (let number = 1, start = 0; number === 1 || start < total; number += 1, start += size) {
    const length = Math.min(size, total - start)
    yield { number, bytes: await read(start, length), last: start + length >= total }
  }
}

async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  let held: Uint8Array[] = []
  let bytes = 0
  let number = 1
  for await (const chunk of chunks) {
    // One chunk may be larger than a part; a part is given only once something follows it, so that the last one is known.
    for (let rest = chunk; rest.length > 0;) {
      if (bytes === streamPartBytes(number)) {
        yield { number, bytes: Buffer.concat(held), last: false }
        number += 1
        held = []
        bytes = 0
      }
      const piece = rest.subarray(0, streamPartBytes(number) - bytes)
      held.push(piece)
      bytes += piece.length
      rest = rest.subarray(piece.length)
    }
  }
  yield { number, bytes: Buffer.concat(held), last: true }
}

/** A stream's end is unknown: its parts grow, so that 10,000 of them hold the 5 TiB an object may have. */
const streamPartBytes = (number: number): number => partBytes * 2 ** Math.min(7, Math.floor((number - 1) / 1_000))

export interface MultipartWrite {
  readonly target: { readonly Bucket: string; readonly Key: string }
  /** Encryption and metadata, sent when the upload begins. */
  readonly about: object
  /** Conditions, sent when it is completed. */
  readonly onlyIf: object
  readonly onBytes?: ((totalBytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a body in parts, four at a time. The first part that fails stops the others and the whole upload is aborted, so
 * that no unseen parts are left to be paid for. S3 checks each part and, at the end, the whole by CRC-32.
 */
export async function writeInParts(
  { client, sdk }: OpenedClient<'s3'>,
  parts: AsyncIterable<Part>,
  write: MultipartWrite,
): Promise<{ readonly ETag?: string; readonly sizeBytes: number }> {
  const { target, signal } = write
  const begun = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...target, ...write.about, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    abortable(signal),
  )
  const upload = { ...target, UploadId: begun.UploadId }
  try {
    const { done, whole } = await sendParts({ client, sdk }, upload, parts, write)
    const checked = { ChecksumType: 'FULL_OBJECT', ChecksumCRC32: base64Of(whole.crc) } as const
    const end = await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...upload, ...write.onlyIf, ...checked, MultipartUpload: { Parts: done } }),
      abortable(signal),
    )
    return { ...(end.ETag ? { ETag: end.ETag } : {}), sizeBytes: whole.bytes }
  } catch (cause) {
    // Not with the caller's signal: an aborted upload is cleaned up too. If even this fails, the first error is the one to tell.
    await client.send(new sdk.AbortMultipartUploadCommand(upload), abortable(AbortSignal.timeout(30_000))).catch(() => undefined)
    throw cause
  }
}

/**
 * Sends the part without asking first whether it is wanted: beginning the upload has told. The SDK opens a connection of its
 * own for each request that asks, which is four more journeys to the server and back.
 */
function unasked<Args extends { readonly request: unknown }>(args: Args): Args {
  const { headers } = args.request as { readonly headers: Record<string, string> } // S3 speaks HTTP alone
  delete headers['Expect']
  return args
}

interface SentParts {
  /** In their order. */
  readonly done: CompletedPart[]
  /** Of the whole object. */
  readonly whole: Summed
}

async function sendParts(
  { client, sdk }: OpenedClient<'s3'>,
  upload: MultipartWrite['target'] & { readonly UploadId: string | undefined },
  parts: AsyncIterable<Part>,
  { onBytes, signal }: MultipartWrite,
): Promise<SentParts> {
  const sent: { readonly part: CompletedPart; readonly sum: Summed }[] = []
  let sizeBytes = 0
  const sendPart = async ({ number, bytes, release }: Part, stop: AbortSignal): Promise<void> => {
    const sum = summed(bytes)
    const about = { PartNumber: number, ChecksumAlgorithm: 'CRC32', ChecksumCRC32: base64Of(sum.crc) } as const
    const command = new sdk.UploadPartCommand({ ...upload, ...about, Body: bytes })
    command.middlewareStack.add((next) => (args) => next(unasked(args)), { step: 'build', priority: 'low' })
    const response = await client.send(command, abortable(stop))
    const kept = response.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: response.ChecksumCRC32 }
    sent.push({ part: { PartNumber: number, ETag: response.ETag, ...kept }, sum })
    sizeBytes += bytes.length
    release?.()
    onBytes?.(sizeBytes)
  }
  await eachOf(parts, partsAtOnce, sendPart, signal)
  sent.sort((left, right) => (left.part.PartNumber ?? 0) - (right.part.PartNumber ?? 0))
  return { done: sent.map(({ part }) => part), whole: sent.map(({ sum }) => sum).reduce(joinedCrc) }
}
