import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import type { ErrorCode } from '../errors/codes.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { fsCodeOf, orStorageError, storageError } from './fs-errors.ts'

/** As much as a file of settings, a record or a program's text may have: whoever may write to its folder may have put anything there. */
export const mostTextBytes = 64 * 1024 * 1024

/** The same for a list with a line for each file or sample: about as much as one string of JavaScript holds. */
export const mostListBytes = 500 * 1024 * 1024

/**
 * A small file's text; `undefined` when there is no such file.
 * @throws {SsmError} `STORAGE_DENIED`, also for what is no regular file or has more bytes than `mostBytes`.
 */
export async function readText(path: string, mostBytes: number = mostTextBytes): Promise<string | undefined> {
  try {
    return (await readWhole(path, mostBytes)).toString('utf8')
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw storageError({ act: 'read', path }, cause)
  }
}

/**
 * The same at once.
 * @throws the file system's errors, also when there is no such file; {SsmError} `STORAGE_DENIED` for what is no regular file or has
 * more bytes than `mostBytes`.
 */
export function readTextNow(path: string, mostBytes: number = mostTextBytes): string {
  const file = openSync(path, withoutWaiting)
  try {
    const buffers = new Growing(path, fstatSync(file), mostBytes)
    while (buffers.took(readSync(file, buffers.free, 0, buffers.free.length, null))) continue
    return buffers.taken.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * A file's bytes.
 * @throws {SsmError} the `missing` code; `STORAGE_DENIED`, also for what is no regular file or has more than 64 MiB.
 */
export function readBytes(path: string, missing: ErrorCode = 'INPUT_MISSING'): Promise<Uint8Array> {
  return orStorageError({ act: 'read', path, missing }, () => readWhole(path, mostTextBytes))
}

// A pipe without a writer would be waited for.
const withoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK

async function readWhole(path: string, mostBytes: number): Promise<Buffer> {
  const file = await open(path, withoutWaiting)
  try {
    const buffers = new Growing(path, await file.stat(), mostBytes)
    while (buffers.took((await file.read(buffers.free, 0, buffers.free.length, null)).bytesRead)) continue
    return buffers.taken
  } finally {
    await file.close()
  }
}

const leastRoom = 8 * 1024

/** The bytes of a file while it is being read: its size may be another one by then, and files of the kernel tell none. */
class Growing {
  readonly #path: string
  readonly #mostBytes: number
  #buffer: Buffer
  #filled = 0

  constructor(path: string, stats: Stats, mostBytes: number) {
    if (!stats.isFile()) throw noFile(path, stats)
    if (stats.size > mostBytes) throw tooLarge(path, mostBytes)
    this.#path = path
    this.#mostBytes = mostBytes
    // One byte more: the end is seen without another buffer.
    this.#buffer = Buffer.allocUnsafe(Math.max(stats.size + 1, leastRoom))
  }

  /** Where the next bytes go: never empty. */
  get free(): Buffer {
    if (this.#filled === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], this.#buffer.length * 2)
    return this.#buffer.subarray(this.#filled)
  }

  /** Takes so many bytes as read; `false` at the end. */
  took(bytes: number): boolean {
    this.#filled += bytes
    if (this.#filled > this.#mostBytes) throw tooLarge(this.#path, this.#mostBytes)
    return bytes > 0
  }

  get taken(): Buffer {
    return this.#buffer.subarray(0, this.#filled)
  }
}

const noFile = (path: string, stats: Stats): SsmError =>
  new SsmError(
    'STORAGE_DENIED',
    `Cannot read ${path}: it is ${stats.isDirectory() ? 'a folder' : 'a pipe, a socket or a device'}, not a file`,
    {
      hint: 'Name a regular file.',
      facts: { path },
    },
  )

const tooLarge = (path: string, mostBytes: number): SsmError =>
  new SsmError('STORAGE_DENIED', `Cannot read ${path}: it has more than the ${mostBytes} bytes that such a file may have`, {
    hint: 'Check that it is the file that was meant.',
    facts: { path, mostBytes },
  })

/**
 * The path with every symbolic link in it resolved.
 * @throws {SsmError} the `missing` code, `STORAGE_DENIED`.
 */
export function realPath(path: string, missing: ErrorCode = 'INPUT_MISSING'): Promise<string> {
  return orStorageError({ act: 'find', path, missing }, () => realpath(path))
}

/**
 * The first bytes of a file as text; `undefined` when nothing of this name is there, `''` for what is no file.
 * @throws {SsmError} `STORAGE_DENIED`.
 */
export async function headOf(path: string, bytes: number): Promise<string | undefined> {
  try {
    const file = await open(path, withoutWaiting)
    try {
      if (!(await file.stat()).isFile()) return ''
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw storageError({ act: 'read', path }, cause)
  }
}

/**
 * The bytes of a stream as one piece; `undefined` when there are more than `mostBytes`: the rest is then not read. Whoever may write to a
 * bucket may have put anything there.
 */
export async function readAtMost(chunks: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Buffer | undefined> {
  const kept: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > mostBytes) return undefined
    kept.push(chunk)
  }
  return Buffer.concat(kept, bytes)
}
