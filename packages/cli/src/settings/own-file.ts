import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { SsmError } from '@simple-sagemaker/core'
import { distrustOf } from '@simple-sagemaker/core/options'

const mostBytes = 1_000_000

/** An error about a configuration file. */
export const wrong = (path: string, message: string, hint: string, cause?: unknown): SsmError =>
  new SsmError('USAGE', `${path} ${message}`, { hint, facts: { path }, ...(cause === undefined ? {} : { cause }) })

/**
 * The text of a configuration file. Such a file decides what runs, so one that somebody else owns or may write is refused,
 * unless it is trusted because the user named it.
 *
 * @throws {SsmError} `USAGE`.
 */
export function readOwnFile(path: string, isTrusted: boolean): string {
  const file = open(path)
  try {
    // Asked of the opened file: it cannot be exchanged between the look and the reading.
    const stats = fstatSync(file)
    if (!stats.isFile()) throw wrong(path, 'is not a regular file', 'Replace it with a JSON file, or remove it.')
    if (stats.size > mostBytes)
      throw wrong(path, 'is larger than 1 MB', 'A configuration file holds a few settings; put data elsewhere.')
    if (!isTrusted) refuseForeign(path, stats)
    return readAll(file, stats.size).replace(/^\uFEFF/, '')
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    // Without waiting: a pipe without a writer would hold the command for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw wrong(path, `cannot be read: ${why}`, 'Make it readable, or name another file with SSM_CONFIG.', cause)
  }
}

function readAll(file: number, size: number): string {
  const bytes = Buffer.alloc(size)
  let at = 0
  for (let read = -1; read !== 0 && at < size; at += read) read = readSync(file, bytes, at, size - at, at)
  return bytes.toString('utf8', 0, at)
}

function refuseForeign(path: string, stats: Stats): void {
  const distrust = distrustOf(path, stats)
  if (distrust?.because === 'owner')
    throw wrong(
      path,
      `belongs to another user (user id ${distrust.uid}), and its settings decide what runs`,
      `If you trust it, name it: SSM_CONFIG=${path}. Else remove it or work elsewhere.`,
    )
  if (distrust !== undefined)
    throw wrong(path, 'can be written by other users, and its settings decide what runs', `Run: chmod go-w ${path}`)
}
