import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, open, utimes, writeFile } from 'node:fs/promises'
import { fsCodeOf, storageError } from '../../files/fs-errors.ts'
import type { ObjectBody } from '../../platform/objects.ts'

interface BodyOptions {
  readonly signal?: AbortSignal | undefined
  readonly onBytes?: ((totalBytes: number) => void) | undefined
}

// Above this a copy is made in pieces, so that it can be watched and aborted.
const pieceBytes = 8 * 1024 * 1024

/** Puts a body into a new file, as a reflink where the file system knows such a thing. */
export async function writeBody(path: string, body: ObjectBody, options: BodyOptions): Promise<void> {
  options.signal?.throwIfAborted()
  if (body.kind === 'bytes') {
    await writeFile(path, body.bytes, { flag: 'wx', mode: 0o600 })
    options.onBytes?.(body.bytes.length)
  } else if (body.kind === 'file') {
    await copyInto(path, body.path, body.sizeBytes, options)
  } else {
    await writeChunks(path, body.chunks, options)
  }
  // A copy has the rights of its source.
  if (body.kind === 'file') await chmod(path, 0o600)
  await stamp(path)
}

async function copyInto(path: string, source: string, sizeBytes: number, options: BodyOptions): Promise<void> {
  try {
    if (sizeBytes > pieceBytes && !(await reflink(source, path))) {
      await writeChunks(path, createReadStream(source, { highWaterMark: 1024 * 1024 }), options)
      return
    }
    if (sizeBytes <= pieceBytes) await copyFile(source, path, constants.COPYFILE_FICLONE)
    options.onBytes?.(sizeBytes)
  } catch (cause) {
    // What cannot be read is told by the source's name; what cannot be written by the target's.
    throw fsCodeOf(cause) === 'ENOENT' ? storageError({ act: 'read', path: source }, cause) : cause
  }
}

async function reflink(source: string, path: string): Promise<boolean> {
  try {
    await copyFile(source, path, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch (cause) {
    if (['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY'].includes(fsCodeOf(cause) ?? '')) return false
    throw cause
  }
}

async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>, options: BodyOptions): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    let total = 0
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted()
      for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done)).bytesWritten
      total += chunk.length
      options.onBytes?.(total)
    }
  } finally {
    await file.close()
  }
}

/**
 * Sets the time of a file to now with a random part below the millisecond. The time is part of the etag, and the system's
 * own clock for files ticks so slowly that two quick writes could look alike.
 */
async function stamp(path: string): Promise<void> {
  const seconds = Date.now() / 1000 + Math.random() / 1000
  await utimes(path, seconds, seconds)
}
