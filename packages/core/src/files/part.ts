import { closeSync, openSync, readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { SsmError } from '../errors/ssm-error.ts'
import { syncWhileFast } from './sync-io.ts'
import { storageError, whenFilesAreFree } from './fs-errors.ts'

/** A file held open, read in pieces of the reader's choice. */
export interface OpenFile extends AsyncDisposable {
  /**
   * Exactly these bytes: in `spare`, where it has room for them, or in a buffer of their own.
   * @throws {SsmError} `INPUT_MISSING` when the file has become shorter meanwhile.
   */
  part(start: number, length: number, spare?: Uint8Array): Promise<Uint8Array>
}

/** Opens a file for reading. The caller closes it, best with `await using`. */
export async function openFile(path: string): Promise<OpenFile> {
  const handle = await translated(path, () => whenFilesAreFree(() => open(path)))
  return {
    part: (start, length, spare) => translated(path, () => exactly(handle, path, start, room(length, spare))),
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

/** Files up to this size are read whole in one piece of work. */
export const smallFileBytes = 256 * 1024

/**
 * The first bytes of a small file, in a buffer of their own.
 * @throws {SsmError} `INPUT_MISSING` when it is not there or has become shorter, `STORAGE_DENIED`.
 */
export function readSmallFile(path: string, sizeBytes: number): Promise<Uint8Array> {
  return translated(path, () =>
    syncWhileFast(
      () => beginningNow(path, sizeBytes),
      async () => {
        await using file = await openFile(path)
        return await file.part(0, sizeBytes)
      },
    ),
  )
}

function beginningNow(path: string, length: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafeSlow(length)
    for (let filled = 0; filled < length;) {
      const bytesRead = readSync(file, buffer, filled, length - filled, filled)
      if (bytesRead === 0) throw becameShorter(path, length, filled)
      filled += bytesRead
    }
    return buffer
  } finally {
    closeSync(file)
  }
}

const room = (length: number, spare?: Uint8Array): Uint8Array =>
  spare !== undefined && spare.length >= length ? spare.subarray(0, length) : Buffer.allocUnsafeSlow(length)

async function exactly(handle: FileHandle, path: string, start: number, buffer: Uint8Array): Promise<Uint8Array> {
  for (let filled = 0; filled < buffer.length;) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled)
    if (bytesRead === 0) throw becameShorter(path, start + buffer.length, start + filled)
    filled += bytesRead
  }
  return buffer
}

function becameShorter(path: string, expectedBytes: number, foundBytes: number): SsmError {
  return new SsmError('INPUT_MISSING', `${path} became shorter while it was read`, {
    facts: { path, expectedBytes, foundBytes },
    hint: 'Let whatever writes it finish, then run again.',
  })
}

async function translated<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw storageError({ act: 'read', path }, cause)
  }
}
