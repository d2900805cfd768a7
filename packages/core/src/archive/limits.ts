import { SsmError } from '../errors/ssm-error.ts'

/** What an archive may become when it is unpacked. */
export interface ExtractLimits {
  /** Files, folders and links; default ten million. */
  readonly maxEntries: number
  /** Bytes of the unpacked archive; default 1 TiB. */
  readonly maxBytes: number
  /** Unpacked bytes for each packed one, looked at after the first 256 MiB; default 500. Text packs 3 to 10 times, zeros 1000 times. */
  readonly maxRatio: number
}

export const defaultLimits: ExtractLimits = { maxEntries: 10_000_000, maxBytes: 2 ** 40, maxRatio: 500 }

const ratioMattersFrom = 2 ** 28

/** Counts packed and unpacked bytes as they pass, and stops an archive that grows past its limits. */
export interface SizeGuard {
  packed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  /** @throws {SsmError} `ARCHIVE_UNSAFE` past the largest number of entries. */
  entry(): void
  /** A copy of something in the archive counts as if the archive held it twice. @throws {SsmError} `ARCHIVE_UNSAFE` */
  copied(bytes: number): void
  /** Packed bytes so far. */
  packedBytes(): number
}

export function sizeGuard(limits: ExtractLimits): SizeGuard {
  let packedBytes = 0
  let unpackedBytes = 0
  let entries = 0
  const entry = (): void => {
    entries += 1
    if (entries > limits.maxEntries) throw tooLarge(`more than ${limits.maxEntries} entries`)
  }
  const grown = (bytes: number): void => {
    unpackedBytes += bytes
    if (unpackedBytes > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`)
    if (unpackedBytes > Math.max(packedBytes * limits.maxRatio, ratioMattersFrom)) {
      throw tooLarge(`more than ${limits.maxRatio} times its packed size`)
    }
  }
  return {
    async *packed(chunks) {
      for await (const chunk of chunks) {
        packedBytes += chunk.length
        yield chunk
      }
    },
    async *unpacked(chunks) {
      for await (const chunk of chunks) {
        grown(chunk.length)
        yield chunk
      }
    },
    entry,
    copied(bytes) {
      entry()
      grown(bytes)
    },
    packedBytes: () => packedBytes,
  }
}

function tooLarge(what: string): SsmError {
  return new SsmError('ARCHIVE_UNSAFE', `The archive unpacks to ${what}`, {
    hint: 'Nothing was written. If it is meant to be that large, raise the limit or unpack it by hand.',
    facts: { reason: what },
  })
}
