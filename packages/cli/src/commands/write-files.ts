import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { SsmError } from '@simple-sagemaker/core'

/**
 * Writes a file as a whole, with the folders above it, unless it has this text already; whether it was written.
 * @throws {SsmError} `STORAGE_DENIED`, `STORAGE_FULL`.
 */
export function writeChanged(path: string, text: string): boolean {
  return orStorageError(path, () => {
    if (hasText(path, text)) return false
    makeFolder(dirname(path))
    // A worker or an editor may read it now: it is replaced as a whole.
    const draft = `${path}.${process.pid}.new`
    try {
      writeFileSync(draft, text)
      renameSync(draft, path)
    } finally {
      rmSync(draft, { force: true })
    }
    return true
  })
}

/**
 * Writes a file that must not be there yet, with the folders above it.
 * @throws {SsmError} `STORAGE_DENIED`, `STORAGE_FULL`.
 */
export function writeNewFile(path: string, text: string): void {
  orStorageError(path, () => {
    makeFolder(dirname(path))
    writeFileSync(path, text, { flag: 'wx' })
  })
}

/** Whether the file has this text. Its size is asked first: what is no file of this size is not read. */
export function isWritten(path: string, text: string): boolean {
  return orStorageError(path, () => hasText(path, text))
}

function hasText(path: string, text: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === Buffer.byteLength(text) && readFileSync(path, 'utf8') === text
}

// Not mkdirSync's own recursion: it never ends where the system says that a folder's existing parent is missing, as in /proc.
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (cause) {
    // Somebody else made it since we looked.
    if (!existsSync(path)) throw cause
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder cannot be made',
  ENOTDIR: 'a part of this path is no folder',
  EEXIST: 'something of that name is already there',
  EISDIR: 'a folder is where a file is expected',
  ENOSPC: 'no space is left',
  EDQUOT: 'the disk quota is used up',
}

function orStorageError<Value>(path: string, work: () => Value): Value {
  try {
    return work()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
    if (!(cause instanceof Error) || reason === undefined) throw cause
    const isFull = reason === 'ENOSPC' || reason === 'EDQUOT'
    throw new SsmError(isFull ? 'STORAGE_FULL' : 'STORAGE_DENIED', `Cannot write ${path}: ${reasons[reason] ?? cause.message}`, {
      hint: isFull
        ? 'Free some space on that disk and run it again.'
        : 'Give the user that runs ssm the right to write there, or name another place.',
      facts: { path, reason },
      cause,
    })
  }
}
