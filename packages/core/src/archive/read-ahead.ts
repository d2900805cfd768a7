import { close, closeSync, open, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { SsmError } from '../errors/ssm-error.ts'
import { storageError, whenFilesAreFree } from '../files/fs-errors.ts'
import { syncWhileFast } from '../files/sync-io.ts'

/** Bytes in hand, or a file of this machine that had this size when it was looked at. */
export type ArchiveContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number }

interface ReadEntry<Entry> {
  readonly entry: Entry
  /** The whole content, or `undefined` for a large file, which is to be read in parts. */
  readonly bytes: Uint8Array | undefined
}

const filesAhead = 64
const smallBytes = 128 * 1024
const partBytes = 256 * 1024

const openNow = promisify(open)
const openFile = (path: string, flags: string): Promise<number> => whenFilesAreFree(() => openNow(path, flags))
const closeFile = promisify(close)
const readFrom = promisify(read)

/** Gives the entries in their order while the next small files are being read: opening them one by one is what takes the time. */
export async function* readAhead<Entry extends { readonly content: ArchiveContent }>(
  entries: readonly Entry[],
  signal?: AbortSignal,
): AsyncGenerator<ReadEntry<Entry>> {
  const reading: Promise<Uint8Array | undefined>[] = []
  for (const [index, entry] of entries.entries()) {
    signal?.throwIfAborted()
    while (reading.length < Math.min(index + filesAhead, entries.length)) {
      const ahead = entries[reading.length]
      const bytes = ahead === undefined ? Promise.resolve(undefined) : smallContent(ahead.content)
      // Its failure is told when its turn comes, and must not count as forgotten before.
      bytes.catch(() => undefined)
      reading.push(bytes)
    }
    const bytes = await reading[index]
    reading[index] = nothing
    yield { entry, bytes }
  }
}

const nothing: Promise<undefined> = Promise.resolve(undefined)

async function smallContent(content: ArchiveContent): Promise<Uint8Array | undefined> {
  if (content.kind === 'bytes') return content.bytes
  if (content.sizeBytes > smallBytes) return undefined
  // One byte more than there should be shows a file that grew.
  const buffer = Buffer.allocUnsafe(content.sizeBytes + 1)
  const filled = await whenFilesAreFree(() =>
    syncWhileFast(
      () => readNow(content.path, buffer),
      () => reading(content.path, (file) => fill(file, buffer)),
    ),
  ).catch((cause: unknown) => refuse(content.path, cause))
  return checked(content, buffer.subarray(0, filled))
}

function readNow(path: string, buffer: Buffer): number {
  const file = openSync(path, 'r')
  try {
    let filled = 0
    for (let bytesRead = -1; bytesRead !== 0 && filled < buffer.length; filled += bytesRead)
      bytesRead = readSync(file, buffer, filled, buffer.length - filled, null)
    return filled
  } finally {
    closeSync(file)
  }
}

/** A large file in parts, the next one being read while one is used. Every part is a buffer of its own: its user may keep it. */
export async function* fileParts(content: ArchiveContent, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  if (content.kind === 'bytes') {
    yield content.bytes
    return
  }
  const file = await openFile(content.path, 'r').catch((cause: unknown) => refuse(content.path, cause))
  let next = nextPart(file)
  try {
    let total = 0
    for (;;) {
      signal?.throwIfAborted()
      const part = await next
      total += part.length
      if (part.length === 0 || total > content.sizeBytes) break
      next = nextPart(file)
      yield part
    }
    if (total !== content.sizeBytes) throw changed(content.path)
  } catch (cause) {
    refuse(content.path, cause)
  } finally {
    // No read may outlive its file.
    await next.catch(() => undefined)
    await closeFile(file)
  }
}

function nextPart(file: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(partBytes)
  const part = fill(file, buffer).then((filled) => buffer.subarray(0, filled))
  // Its failure is told when its turn comes.
  part.catch(() => undefined)
  return part
}

async function reading<Value>(path: string, work: (file: number) => Promise<Value>): Promise<Value> {
  try {
    const file = await openFile(path, 'r')
    try {
      return await work(file)
    } finally {
      await closeFile(file)
    }
  } catch (cause) {
    return refuse(path, cause)
  }
}

/** Reads until the buffer is full or the file ends; gives the number of bytes. */
async function fill(file: number, buffer: Buffer): Promise<number> {
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await readFrom(file, buffer, filled, buffer.length - filled, null)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

function checked(content: { readonly path: string; readonly sizeBytes: number }, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== content.sizeBytes) throw changed(content.path)
  return bytes
}

function changed(path: string): SsmError {
  return new SsmError('INPUT_MISSING', `${path} changed while it was being read`, {
    hint: 'Wait until whatever writes to it is done, then run it again.',
    facts: { path },
  })
}

function refuse(path: string, cause: unknown): never {
  throw storageError({ act: 'read', path }, cause)
}
