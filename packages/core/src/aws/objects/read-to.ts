import { crc32 } from 'node:zlib'
import type { ObjectUri } from '../../names/object-uri.ts'
import { eachOf } from '../../lang/each-of.ts'
import type { PutBytes, ReadOptions } from '../../platform/objects.ts'
import type { Clock } from '../../time/clock.ts'
import type { Clients } from '../clients.ts'
import { hasProxy } from '../proxy.ts'
import { joinedCrc, type Summed } from './crc.ts'
import { Connection } from './direct/connection.ts'
import { bodyOfStretch } from './direct/head.ts'
import { fastPathOf } from './fast-path/fast-path.ts'
import { queryOf, type SdkRequest } from './fast-path/request-template.ts'
import { answered, bytesFrom, checkSum, rangeBytes, severalPartsBytes, storedSource, sumOf, type Source } from './read.ts'

/** A stretch of an object. */
interface Stretch {
  readonly from: number
  /** Left open for an object whose size is not known. */
  readonly to: number | undefined
}

/**
 * An object's bytes in any order, from several stretches at a time. They come over connections of their own, whose bytes are handed on without
 * a copy; where that fails, the SDK brings the rest of the stretch. Checked as a whole, as `readObject` does.
 */
export async function readObjectTo(
  clients: Clients,
  uri: ObjectUri,
  clock: Clock,
  put: PutBytes,
  { connections = 4, signal: given }: ReadOptions,
): Promise<number> {
  const first = storedSource(clients, uri, clock, given)
  const whole = await answered(first)
  const { ContentLength: end, ETag: etag } = whole
  const several = end !== undefined && end >= severalPartsBytes && etag !== undefined
  const stretches = several ? stretchesOf(end) : [{ from: 0, to: end }]
  const direct = several ? await directly(first, etag) : undefined
  const sums: Summed[] = []
  const bring = async ([index, stretch]: [number, Stretch], signal: AbortSignal): Promise<void> => {
    // The answer that told of the whole gives the first stretch.
    const answer = index === 0 ? whole : undefined
    const taking = taker(stretch.from, put, sumOf(whole) !== undefined)
    if (answer === undefined) await direct?.bring(stretch, taking.take, signal)
    taking.throwIfRefused()
    if (taking.at() !== stretch.to) {
      const rest = bytesFrom({ ...first, signal }, whole, taking.at(), stretch.to, answer)
      for await (const chunk of rest) await taking.take(chunk)
    }
    sums[index] = taking.sum()
  }
  try {
    await eachOf(stretches.entries(), several ? connections : 1, bring, given)
  } finally {
    direct?.close()
  }
  const sum = sums.reduce(joinedCrc)
  checkSum(uri, whole, sum.crc)
  return sum.bytes
}

interface Taking {
  readonly take: (bytes: Uint8Array) => Promise<void> | undefined
  /** How far it came. */
  at(): number
  sum(): Summed
  /** Throws what `put` threw: that is no reason to bring the bytes again. */
  throwIfRefused(): void
}

function taker(from: number, put: PutBytes, isSummed: boolean): Taking {
  let [at, crc] = [from, 0]
  let refusals: readonly unknown[] = []
  const refused = (cause: unknown): never => {
    refusals = [cause]
    throw cause
  }
  return {
    take(bytes) {
      try {
        const later = put(bytes, at)
        at += bytes.length
        if (isSummed) crc = crc32(bytes, crc)
        return later?.catch(refused)
      } catch (cause) {
        return refused(cause)
      }
    },
    at: () => at,
    sum: () => ({ crc, bytes: at - from }),
    throwIfRefused() {
      if (refusals.length > 0) throw refusals[0]
    },
  }
}

function stretchesOf(end: number): readonly Stretch[] {
  return Array.from({ length: Math.ceil(end / rangeBytes) }, (_, index) => ({
    from: index * rangeBytes,
    to: Math.min((index + 1) * rangeBytes, end),
  }))
}

interface Direct {
  /** Hands on the bytes of a stretch, or those before something failed. */
  bring(stretch: Stretch, take: (bytes: Uint8Array) => Promise<void> | undefined, signal: AbortSignal): Promise<void>
  close(): void
}

/** Connections to where the SDK's own requests went; `undefined` where they take a way that we do not know. */
async function directly({ clients, target }: Source, etag: string): Promise<Direct | undefined> {
  const { client } = await clients.open('s3')
  const template = await fastPathOf(client).signed(target)
  if (template === undefined || hasProxy(process.env)) return undefined
  const all: Connection[] = []
  const free: Connection[] = []
  let isBroken = false
  const opened = (signal: AbortSignal): Connection => {
    const connection = new Connection(template, signal)
    all.push(connection)
    return connection
  }
  return {
    async bring({ from, to }, take, signal) {
      const request = isBroken ? undefined : await fastPathOf(client).signed(target)
      if (request === undefined || to === undefined) return
      const connection = free.pop() ?? opened(signal)
      try {
        const bodyBytes = (head: Parameters<typeof bodyOfStretch>[0]): number | undefined => bodyOfStretch(head, from, to, etag)
        await connection.ask({
          request: headOf(request, { range: `bytes=${from}-${to - 1}`, 'if-match': etag }),
          bodyBytes,
          take,
        })
        free.push(connection)
      } catch {
        signal.throwIfAborted()
        isBroken = true
      }
    },
    close: () => {
      for (const connection of all) connection[Symbol.dispose]()
    },
  }
}

function headOf({ method, path, query, headers }: SdkRequest, more: Readonly<Record<string, string>>): string {
  const text = queryOf(query)
  const lines = Object.entries({ ...headers, ...more }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path}${text === '' ? '' : `?${text}`} HTTP/1.1\r\n${lines.join('')}\r\n`
}
