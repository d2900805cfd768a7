import { constants } from 'node:fs'
import { open, readFile, realpath } from 'node:fs/promises'
import type { ErrorCode } from '../errors/codes.ts'
import { fsCodeOf, orStorageError, storageError } from './fs-errors.ts'

/**
 * A small file's text; `undefined` when there is no such file.
 * @throws {SsmError} `STORAGE_DENIED`.
 */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return undefined
    throw storageError({ act: 'read', path }, cause)
  }
}

/**
 * A file's bytes.
 * @throws {SsmError} the `missing` code, `STORAGE_DENIED`.
 */
export function readBytes(path: string, missing: ErrorCode = 'INPUT_MISSING'): Promise<Uint8Array> {
  return orStorageError({ act: 'read', path, missing }, () => readFile(path))
}

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
    // Without waiting: a pipe without a writer would be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
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
