import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { syncWhileFast } from '../sync-io.ts'
import { storageError } from '../fs-errors.ts'

/** Bytes that are read at a time: a whole small file in one read. */
export const chunkBytes = 256 * 1024

/** Sha-256 of bytes or text (as UTF-8), in lower-case hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A file's digest and how many bytes went into it. */
export interface FileDigest {
  readonly sha256: string
  readonly sizeBytes: number
}

/**
 * Sha-256 of a file's content, in flat memory.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
 */
export async function digestFile(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<FileDigest> {
  options.signal?.throwIfAborted()
  const small = await syncWhileFast(
    () => digestNow(path),
    async () => undefined,
  )
  if (small !== undefined) return small
  const hash = createHash('sha256')
  const sizeBytes = await readInto(path, hash, options.signal)
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** The digest of a file that one read holds; `undefined` for a larger one. */
function digestNow(path: string): FileDigest | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      const sizeBytes = readSync(file, ownBuffer, 0, chunkBytes, null)
      if (sizeBytes === chunkBytes || readSync(file, ownBuffer, sizeBytes, 1, null) > 0) return undefined
      return { sha256: sha256(ownBuffer.subarray(0, sizeBytes)), sizeBytes }
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw storageError({ act: 'read', path }, cause)
  }
}

const ownBuffer = Buffer.allocUnsafeSlow(chunkBytes)

async function readInto(path: string, hash: Hash, signal: AbortSignal | undefined): Promise<number> {
  try {
    await using file = disposable(await open(path))
    const buffer = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)
    try {
      let total = 0
      for (;;) {
        signal?.throwIfAborted()
        const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, null)
        hash.update(buffer.subarray(0, bytesRead))
        total += bytesRead
        if (bytesRead === 0) return total
      }
    } finally {
      if (spareBuffers.length < 8) spareBuffers.push(buffer)
    }
  } catch (cause) {
    throw storageError({ act: 'read', path }, cause)
  }
}

// Buffers are used again: 60 000 fresh ones would be 15 GB for the collector to find.
const spareBuffers: Buffer[] = []

function disposable<Handle extends { close(): Promise<void> }>(handle: Handle): { readonly handle: Handle } & AsyncDisposable {
  return { handle, [Symbol.asyncDispose]: () => handle.close() }
}
