import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isBytes } from '../lang/realms.ts'
import { syncWhileFast } from './sync-io.ts'
import { fsCodeOf, orStorageError } from './fs-errors.ts'

export interface WriteWholeOptions {
  /** The file's permissions; default `0o644`. The process's umask applies. */
  readonly mode?: number
  /** Waits until the bytes are on the disk, so that they survive a loss of power; default `false`. */
  readonly durable?: boolean
  readonly signal?: AbortSignal
}

/**
 * Writes a file whole or not at all: a reader sees the old bytes or the new ones, and a failure leaves nothing behind.
 * Missing parent folders are made. Gives back how many bytes were written.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`; what the chunks throw; an abort rejects with `signal.reason`.
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteWholeOptions = {},
): Promise<number> {
  const target = resolve(path)
  return orStorageError({ act: 'write', path: target, missing: 'STORAGE_DENIED' }, () => {
    // A short name of its own: the target's may already be as long as the file system allows.
    const draft = join(dirname(target), `.ssm-${randomBytes(9).toString('hex')}.tmp`)
    if (!isSmall(content) || options.durable === true) return writeAndRename(target, draft, content, options)
    options.signal?.throwIfAborted()
    return syncWhileFast(
      () => writeAndRenameNow(target, draft, content, options.mode),
      () => writeAndRename(target, draft, content, options),
    )
  })
}

const smallBytes = 256 * 1024

const isSmall = (content: Uint8Array | string | AsyncIterable<Uint8Array>): content is Uint8Array =>
  isBytes(content) && content.length <= smallBytes

async function writeAndRename(
  target: string,
  draft: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteWholeOptions,
): Promise<number> {
  await mkdir(dirname(target), { recursive: true })
  try {
    const written = await writeDraft(draft, content, options)
    options.signal?.throwIfAborted()
    await rename(draft, target)
    return written
  } catch (cause) {
    await rm(draft, { force: true })
    throw cause
  }
}

function writeAndRenameNow(target: string, draft: string, bytes: Uint8Array, mode = 0o644): number {
  try {
    const file = openInFolder(draft, mode)
    try {
      writeNow(file, bytes)
    } finally {
      closeSync(file)
    }
    renameSync(draft, target)
    return bytes.length
  } catch (cause) {
    rmSync(draft, { force: true })
    throw cause
  }
}

function writeNow(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}

/** Most files come into a folder that is there. */
function openInFolder(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode)
  } catch (cause) {
    if (fsCodeOf(cause) !== 'ENOENT') throw cause
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'wx', mode)
  }
}

async function writeDraft(
  draft: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteWholeOptions,
): Promise<number> {
  options.signal?.throwIfAborted()
  const file = await open(draft, 'wx', options.mode ?? 0o644)
  try {
    let written = 0
    for await (const chunk of chunksOf(content)) {
      options.signal?.throwIfAborted()
      await syncWhileFast(
        () => writeNow(file.fd, chunk),
        () => file.writeFile(chunk),
      )
      written += chunk.length
    }
    if (options.durable === true) await file.sync()
    return written
  } finally {
    await file.close()
  }
}

async function* chunksOf(content: Uint8Array | string | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content)
  else if (isBytes(content)) yield content
  else yield* content
}
