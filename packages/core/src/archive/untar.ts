import { mkdir, open, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Extract } from 'tar-stream'
import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { fsCodeOf, orStorageError } from '../files/fs-errors.ts'
import { defaultLimits, sizeGuard, type ExtractLimits, type SizeGuard } from './limits.ts'
import { nameBook, safeJoin, unsafeName } from './safe-path.ts'
import { stagingFor } from './staging.ts'

export interface ExtractOptions {
  /** Caps on what an archive may become; each left out has its default. */
  readonly limits?: Partial<ExtractLimits>
  /** Called for each file once its bytes were read, with its name in the archive. */
  readonly onEntry?: (entry: { readonly name: string; readonly sizeBytes: number }) => void
  readonly signal?: AbortSignal
}

/** What an archive held. */
export interface Extracted {
  readonly files: number
  readonly bytes: number
}

type Entry = Extract extends AsyncIterable<infer One> ? One : never

const smallBytes = 256 * 1024
const writesAtOnce = 16

/**
 * Unpacks a `tar.gz` into a folder, all of it or nothing. Everything is unpacked near the target first; once the last
 * byte was read and found good, a target that did not exist appears by one rename, and one that did gets the files moved
 * in, each whole, replacing those of the same name. Only regular files and folders are accepted, rights are cut to
 * `rwxr-xr-x`, times and owners are not taken over. A name that comes twice means the later one, as in every tar.
 * @throws {SsmError} `ARCHIVE_UNSAFE` for links, devices, names that lead elsewhere or collide, and sizes over the limits;
 * `OBJECT_CORRUPT` for bytes that are no whole archive; `STORAGE_FULL`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
 */
export async function extractArchive(
  chunks: AsyncIterable<Uint8Array>,
  target: string,
  options: ExtractOptions = {},
): Promise<Extracted> {
  options.signal?.throwIfAborted()
  await using staging = await stagingFor(target)
  const unpacked = await unpack(chunks, staging.path, options)
  options.signal?.throwIfAborted()
  await staging.commit()
  return unpacked
}

async function unpack(chunks: AsyncIterable<Uint8Array>, folder: string, options: ExtractOptions): Promise<Extracted> {
  const guard = sizeGuard({ ...defaultLimits, ...options.limits })
  // Loaded on first use: it would be a good part of what importing this library costs.
  // By its default: a bundler knows no other name of a CommonJS module that is imported late.
  const { default: tar } = await import('tar-stream')
  const entries = tar.extract()
  // The flow's own failure also ends the loop below; which of the two errors tells more is decided there.
  const stop = options.signal === undefined ? {} : { signal: options.signal }
  const unpacked = (raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => guard.unpacked(raw)
  const flow = pipeline(guard.packed(chunks), createGunzip({ chunkSize: 256 * 1024 }), unpacked, entries, stop).then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  )
  const writer = unpacker(folder, guard, options)
  try {
    for await (const entry of entries) await writer.place(entry)
    const failed = await flow
    if (failed !== undefined) throw failed.cause
    if (guard.packedBytes() === 0) throw new Error('it is empty')
    await writer.end()
    return writer.sum()
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
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const own = isSsmError(cause) || fsCodeOf(cause) !== undefined
  const fromReader = cause instanceof Error && (code.startsWith('Z_') || code === '' || code === 'ERR_STREAM_PREMATURE_CLOSE')
  if (own || !fromReader || cause.name === 'AbortError') return cause
  return new SsmError('OBJECT_CORRUPT', `The archive cannot be read to its end: ${cause.message}`, {
    hint: 'It was cut off or is no tar.gz. Nothing was written: fetch it again, or look at it by hand.',
    cause,
  })
}

interface Unpacker {
  place(entry: Entry): Promise<void>
  /** Waits until every file is written. */
  end(): Promise<void>
  sum(): Extracted
}

function unpacker(folder: string, guard: SizeGuard, options: ExtractOptions): Unpacker {
  const names = nameBook()
  const folders = new Set<string>([folder])
  const writes = boundedWrites()
  let bytes = 0
  const sizes = new Map<string, number>()
  const makeFolder = async (path: string): Promise<void> => {
    if (folders.has(path)) return
    await orStorageError({ act: 'make the folder', path, missing: 'STORAGE_DENIED' }, () => mkdir(path, { recursive: true }))
    folders.add(path)
  }
  const placeFile = async (name: string, entry: Entry): Promise<void> => {
    names.file(name)
    const path = safeJoin(folder, name)
    await makeFolder(dirname(path))
    const known = sizes.get(name)
    if (known !== undefined) await writes.end()
    bytes += (entry.header.size ?? 0) - (known ?? 0)
    sizes.set(name, entry.header.size ?? 0)
    await writeEntry(entry, path, writes)
    options.onEntry?.({ name, sizeBytes: entry.header.size ?? 0 })
  }
  return {
    async place(entry) {
      options.signal?.throwIfAborted()
      guard.entry()
      const name = nameOf(entry)
      if (entry.header.type === 'directory') {
        if (name !== '') {
          names.folder(name)
          await makeFolder(safeJoin(folder, name))
        }
        entry.resume()
      } else await placeFile(name, entry)
    },
    end: () => writes.end(),
    sum: () => ({ files: sizes.size, bytes }),
  }
}

/** The entry's name without the `./` that many archives put in front; empty for the archive's own root. */
function nameOf(entry: Entry): string {
  const { name, type } = entry.header
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory')
    throw unsafeName(name, `it is a ${type ?? 'thing of unknown kind'}`)
  const bare = name.replace(/^(?:\.\/)+/, '')
  if (type !== 'directory') return bare
  const folder = bare.replace(/\/$/, '')
  return folder === '.' ? '' : folder
}

async function writeEntry(entry: Entry, path: string, writes: BoundedWrites): Promise<void> {
  const mode = ((entry.header.mode ?? 0) & 0o755) | 0o600
  const what = { act: 'write', path, missing: 'STORAGE_DENIED' } as const
  if ((entry.header.size ?? 0) <= smallBytes) {
    const parts: Uint8Array[] = []
    for await (const part of partsOf(entry)) parts.push(part)
    await writes.add(() => orStorageError(what, () => writeFile(path, Buffer.concat(parts), { mode })))
    return
  }
  await orStorageError(what, async () => {
    const file = await open(path, 'w', mode)
    try {
      for await (const part of partsOf(entry)) await file.writeFile(part)
    } finally {
      await file.close()
    }
  })
}

// tar-stream's types do not say what an entry yields.
async function* partsOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const part of entry) if (part instanceof Uint8Array) yield part
}

interface BoundedWrites {
  add(write: () => Promise<void>): Promise<void>
  end(): Promise<void>
}

/** Lets small files be written side by side; the first failure comes out at the next `add` or at the `end`. */
function boundedWrites(): BoundedWrites {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const assertGood = (): void => {
    if (failures.length > 0) throw failures[0]
  }
  return {
    async add(write) {
      assertGood()
      const one: Promise<void> = write()
        .catch((cause: unknown) => void failures.push(cause))
        .finally(() => running.delete(one))
      running.add(one)
      if (running.size >= writesAtOnce) await Promise.race(running)
    },
    async end() {
      await Promise.all(running)
      assertGood()
    },
  }
}
