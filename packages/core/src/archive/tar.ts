import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import { isBytes, isError } from '../lang/realms.ts'
import { sortByBytes } from '../files/byte-order.ts'
import { storageError } from '../files/fs-errors.ts'
import { gzipMembers } from './gzip-members.ts'
import { fileParts, readAhead, type ArchiveContent } from './read-ahead.ts'

/** A file to put into an archive: its name there, and its bytes in hand or on this machine. */
export interface ArchiveEntry {
  /** Relative, with `/`: any Unicode text, of any length. */
  readonly name: string
  readonly executable: boolean
  readonly content: ArchiveContent
}

/** What went into an archive under one name. */
export interface ArchivedFile {
  readonly name: string
  readonly executable: boolean
  readonly sizeBytes: number
  /** Of the bytes that are in the archive. */
  readonly sha256: string
}

/** An archive that was written. */
export interface WrittenArchive {
  /** Of the archive itself. */
  readonly sha256: string
  readonly sizeBytes: number
  /** In the archive's order; empty when it was not to be listed. */
  readonly files: readonly ArchivedFile[]
}

export interface ArchiveOptions {
  /** Called with the running total of bytes of content, never decreasing. */
  readonly onBytes?: (totalBytes: number) => void
  /** Whether the files are told one by one; default `true`. Nobody needs that of a million results. */
  readonly listed?: boolean
  readonly signal?: AbortSignal
}

/**
 * Writes a `tar.gz` in flat memory, compressing on several processors. Its bytes depend on names, rights and contents alone: entries are sorted by the bytes
 * of their names, and no time, owner or place is kept. A failure leaves no file behind.
 * @throws {SsmError} `INPUT_MISSING` for a file that is gone or changes while it is read, `STORAGE_DENIED`, `STORAGE_FULL`.
 */
export async function writeArchive(
  entries: Iterable<ArchiveEntry>,
  target: string,
  options: ArchiveOptions = {},
): Promise<WrittenArchive> {
  try {
    const file = await open(target, 'wx')
    try {
      return await archiveInto(entries, (bytes) => file.writeFile(bytes), options)
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (!(isError(cause) && 'code' in cause && cause.code === 'EEXIST')) await rm(target, { force: true })
    throw storageError({ act: 'write', path: target, missing: 'STORAGE_DENIED' }, cause)
  }
}

async function archiveInto(
  entries: Iterable<ArchiveEntry>,
  write: (bytes: Uint8Array) => Promise<void>,
  options: ArchiveOptions,
): Promise<WrittenArchive> {
  const files: ArchivedFile[] = []
  const whole = createHash('sha256')
  let sizeBytes = 0
  await pipeline(
    gzipMembers(tarOf(entries, (file) => void (options.listed !== false && files.push(file)), options)),
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        sizeBytes += chunk.length
        whole.update(chunk)
        await write(chunk)
      }
    },
    options.signal === undefined ? {} : { signal: options.signal },
  ).catch((cause: unknown) => {
    throw options.signal?.aborted === true ? options.signal.reason : cause
  })
  return { sha256: whole.digest('hex'), sizeBytes, files }
}

async function* tarOf(
  entries: Iterable<ArchiveEntry>,
  onFile: (file: ArchivedFile) => void,
  options: ArchiveOptions,
): AsyncGenerator<Uint8Array> {
  const tar = pack()
  const filled = fill(tar, entries, onFile, options).then(
    () => tar.finalize(),
    (cause: unknown) => tar.destroy(isError(cause) ? cause : new Error(String(cause))),
  )
  try {
    // tar-stream's types do not say what it yields.
    for await (const part of tar) if (isBytes(part)) yield part
  } finally {
    tar.destroy()
    await filled
  }
}

async function fill(
  tar: Pack,
  entries: Iterable<ArchiveEntry>,
  onFile: (file: ArchivedFile) => void,
  options: ArchiveOptions,
): Promise<void> {
  let total = 0
  const sorted = sortByBytes([...entries], (entry) => entry.name)
  for await (const { entry, bytes } of readAhead(sorted, options.signal)) {
    const hash = createHash('sha256')
    const { name, executable, content } = entry
    const sizeBytes = content.kind === 'bytes' ? content.bytes.length : content.sizeBytes
    const header = { name, size: sizeBytes, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }
    const onPart = (part: Uint8Array): void => {
      hash.update(part)
      total += part.length
      options.onBytes?.(total)
    }
    if (bytes === undefined) await pipeline(counted(fileParts(content, options.signal), onPart), tar.entry(header))
    else {
      onPart(bytes)
      await small(tar, header, bytes)
    }
    onFile({ name, executable, sizeBytes, sha256: hash.digest('hex') })
  }
}

// A pipeline for each of ten thousand small files would take longer than reading them.
function small(tar: Pack, header: Parameters<Pack['entry']>[0], bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry(header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), (cause) =>
      cause === null || cause === undefined ? resolve() : reject(cause),
    )
  })
}

async function* counted(parts: AsyncIterable<Uint8Array>, onPart: (part: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    onPart(part)
    yield part
  }
}
