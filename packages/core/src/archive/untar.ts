import { mkdirSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isError } from '../lang/realms.ts'
import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { fsCodeOf, orStorageError } from '../files/fs-errors.ts'
import { defaultLimits, sizeGuard, type ExtractLimits } from './limits.ts'
import { EntryWriter } from './entry-writer.ts'
import { copyLinks, type LeftOut } from './links.ts'

export interface ExtractOptions {
  /** Caps on what an archive may become; each left out has its default. */
  readonly limits?: Partial<ExtractLimits>
  /** Absolute paths that links in the archive may name, and that mean its root: where the folder was when it was packed. */
  readonly roots?: readonly string[]
  readonly signal?: AbortSignal
}

/** What an archive held. */
export interface Extracted {
  readonly files: number
  readonly bytes: number
  /** Links that point outside, to nothing, or form a loop. */
  readonly leftOut: readonly LeftOut[]
}

/**
 * Unpacks a `tar.gz` into a folder of its own, which is not there yet or empty: all of it, or nothing. Only files and folders
 * are made. A link that leads to something in the archive arrives as a copy of its content, and other links are left out.
 * Rights are cut to `rwxr-xr-x`, times and owners are not taken over. A name that comes twice means the later one, as in every
 * tar. Memory stays flat, however many entries there are.
 * @throws {SsmError} `ARCHIVE_UNSAFE` for devices, names that lead elsewhere or that this file system cannot hold side by side,
 * and sizes over the limits; `OBJECT_CORRUPT` for bytes that are no whole archive; `STORAGE_FULL`, `STORAGE_DENIED`; an abort
 * rejects with `signal.reason`.
 */
export async function extractArchive(
  chunks: AsyncIterable<Uint8Array>,
  target: string,
  options: ExtractOptions = {},
): Promise<Extracted> {
  options.signal?.throwIfAborted()
  const folder = resolve(target)
  await orStorageError({ act: 'unpack into', path: folder, missing: 'STORAGE_DENIED' }, () => Promise.resolve(makeEmpty(folder)))
  try {
    return await unpack(chunks, folder, options)
  } catch (cause) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    throw cause
  }
}

function makeEmpty(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const [name] = readdirSync(folder)
  if (name === undefined) return
  throw new SsmError('STORAGE_DENIED', `Cannot unpack into ${folder}: ${name} is in it`, {
    hint: 'Name a folder that is not there yet.',
    facts: { path: folder, inTheWay: name },
  })
}

async function unpack(chunks: AsyncIterable<Uint8Array>, folder: string, options: ExtractOptions): Promise<Extracted> {
  const guard = sizeGuard({ ...defaultLimits, ...options.limits })
  // Loaded on first use: it would be a good part of what importing this library costs.
  // By its default: a bundler knows no other name of a CommonJS module that is imported late.
  const { default: tar } = await import('tar-stream')
  // One character for each byte of a name; tar-stream's types do not know of it.
  const entries = tar.extract({ filenameEncoding: 'latin1' } as object)
  // The flow's own failure also ends the loop below; which of the two errors tells more is decided there.
  const stop = options.signal === undefined ? {} : { signal: options.signal }
  const unpacked = (raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => guard.unpacked(raw)
  const flow = pipeline(guard.packed(chunks), createGunzip({ chunkSize: 256 * 1024 }), unpacked, entries, stop).then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  )
  const writer = new EntryWriter(folder)
  try {
    for await (const entry of entries) {
      options.signal?.throwIfAborted()
      guard.entry()
      await writer.place(entry)
    }
    const failed = await flow
    if (failed !== undefined) throw failed.cause
    if (guard.packedBytes() === 0) throw new Error('it is empty')
    await writer.end()
    const { roots = [] } = options
    const onFile = (bytes: number): void => {
      writer.files += 1
      writer.bytes += bytes
    }
    const leftOut = writer.links.size === 0 ? [] : await copyLinks(writer.links, { folder, roots, guard, onFile })
    return { files: writer.files, bytes: writer.bytes, leftOut }
  } catch (cause) {
    entries.destroy()
    const failed = await flow
    await writer.end().catch(() => undefined)
    if (options.signal?.aborted === true) throw options.signal.reason
    throw explained(isSsmError(cause) || failed === undefined ? cause : failed.cause)
  }
}

/** Anything that is neither ours nor the file system's is the archive's own fault. */
function explained(cause: unknown): unknown {
  const code = isError(cause) && 'code' in cause ? String(cause.code) : ''
  const own = isSsmError(cause) || fsCodeOf(cause) !== undefined
  const fromReader = isError(cause) && (code.startsWith('Z_') || code === '' || code === 'ERR_STREAM_PREMATURE_CLOSE')
  if (own || !fromReader || cause.name === 'AbortError') return cause
  return new SsmError('OBJECT_CORRUPT', `The archive cannot be read to its end: ${cause.message}`, {
    hint: 'The file is incomplete or is not a tar.gz. Nothing was written: download it again.',
    cause,
  })
}
