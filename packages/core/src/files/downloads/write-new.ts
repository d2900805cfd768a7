import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isBytes } from '../../lang/realms.ts'
import { fsCodeOf, orStorageError } from '../fs-errors.ts'
import { syncIfFast, syncWhileFast } from '../sync-io.ts'

/**
 * Writes a file that is not there yet, with its folders, and gives how many bytes it has. A failure leaves no file behind, but
 * a reader can see a part of it: for folders that nobody knows of before they are whole.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`; what the chunks throw; an abort rejects with `signal.reason`.
 */
export async function writeNew(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  return orStorageError({ act: 'write', path, missing: 'STORAGE_DENIED' }, () =>
    isBytes(content)
      ? syncWhileFast(
          () => writeNow(path, content),
          () => writeChunks(path, [content], signal),
        )
      : writeChunks(path, content, signal),
  )
}

/** Puts bytes at their place in a file. With a promise, they are needed until it comes. */
export type PutAt = (bytes: Uint8Array, at: number) => Promise<void> | undefined

/** The same for a file whose bytes come in any order: `fill` puts them, and gives how many there are. */
export async function writeNewInPieces(
  path: string,
  fill: (put: PutAt) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  return orStorageError({ act: 'write', path, missing: 'STORAGE_DENIED' }, async () => {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'wx')
    const elsewhere = async (bytes: Uint8Array, at: number): Promise<void> => {
      for (let written = 0; written < bytes.length;)
        written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten
    }
    const put: PutAt = (bytes, at) =>
      syncIfFast(
        () => writeAll(file.fd, bytes, at),
        () => elsewhere(bytes, at),
      )
    try {
      return await fill(put)
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    } finally {
      await file.close()
    }
  })
}

function writeNow(path: string, bytes: Uint8Array): number {
  const file = openNow(path)
  try {
    writeAll(file, bytes)
    return bytes.length
  } catch (cause) {
    rmSync(path, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, bytes: Uint8Array, at?: number): void {
  for (let written = 0; written < bytes.length;)
    written += writeSync(file, bytes, written, bytes.length - written, at === undefined ? null : at + written)
}

/** Most files come into a folder that is there. */
function openNow(path: string): number {
  try {
    return openSync(path, 'wx')
  } catch (cause) {
    if (fsCodeOf(cause) !== 'ENOENT') throw cause
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'wx')
  }
}

async function writeChunks(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'wx')
  let written = 0
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      await syncWhileFast(
        () => writeAll(file.fd, chunk),
        () => file.writeFile(chunk),
      )
      written += chunk.length
    }
    return written
  } catch (cause) {
    await rm(path, { force: true })
    throw cause
  } finally {
    await file.close()
  }
}
