import { lstat, lstatSync, statSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isError } from '../lang/realms.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { syncWhileFast } from './sync-io.ts'
import { storageError, type StorageAct } from './fs-errors.ts'

/** One regular file as it was when it was looked at. */
export interface FileFacts {
  /** Where its bytes are. */
  readonly absolutePath: string
  readonly sizeBytes: number
  /** Whether its owner may run it. */
  readonly executable: boolean
  /** Milliseconds since 1970 with fractions, as exact as a double holds them (a quarter of a microsecond). */
  readonly modifiedAtMs: number
  /** The same for the last change of anything about the file: also moves when a copy sets `modifiedAtMs` back. */
  readonly changedAtMs: number
  readonly inode: number
}

/**
 * One file's facts; a symbolic link counts as what it points to.
 * @throws {SsmError} the `missing` code when it is not there or is no regular file, `STORAGE_DENIED`.
 */
export async function fileFacts(path: string, missing: ErrorCode = 'INPUT_MISSING'): Promise<FileFacts> {
  const stats = await statPath(path, missing)
  if (!stats.isFile()) {
    throw new SsmError(missing, `${path} is not a file`, { hint: 'Name a file.', facts: { path } })
  }
  return factsOf(path, stats)
}

/**
 * Whether a path is a file or a folder; `undefined` when nothing is there.
 * @throws {SsmError} `STORAGE_DENIED` when the file system does not tell, or it is neither.
 */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await statPath(path, 'INPUT_MISSING').catch((cause: unknown) => {
    if (cause instanceof SsmError && cause.code === 'INPUT_MISSING') return undefined
    throw cause
  })
  if (stats === undefined) return undefined
  if (stats.isDirectory()) return 'folder'
  if (stats.isFile()) return 'file'
  throw neitherFileNorFolder(path, 'STORAGE_DENIED')
}

/**
 * What is at a path, links followed.
 * @throws {SsmError} the `missing` code, `STORAGE_DENIED`.
 */
export async function statPath(path: string, missing: ErrorCode): Promise<Stats> {
  try {
    return await syncWhileFast(
      () => statSync(path),
      () => stat(path),
    )
  } catch (cause) {
    throw unreadable(path, missing, cause)
  }
}

const sliceSize = 16
const slowSliceMs = 2

/** What is at each of these paths, links not followed; an error in the place of one that cannot be looked at. */
export async function lstatEach(paths: readonly string[]): Promise<readonly (Stats | Error)[]> {
  const looks: (Stats | Error)[] = []
  // A look at a local disk takes less time than handing it to another thread and back: with 60 000 files that is half a
  // second. A slow slice means a network in between, and then nobody else shall wait for it.
  while (looks.length < paths.length) {
    const startedMs = performance.now()
    for (const path of paths.slice(looks.length, looks.length + sliceSize)) looks.push(lookNow(path))
    if (performance.now() - startedMs > slowSliceMs) break
  }
  await nextTurn()
  return [...looks, ...(await lookElsewhere(paths.slice(looks.length)))]
}

function lookNow(path: string): Stats | Error {
  try {
    return lstatSync(path)
  } catch (cause) {
    return isError(cause) ? cause : new Error(String(cause))
  }
}

// Callbacks and one promise for all: a promise for each would take most of the time.
function lookElsewhere(paths: readonly string[]): Promise<readonly (Stats | Error)[]> {
  return new Promise((resolve) => {
    const looks: (Stats | Error)[] = []
    let left = paths.length
    if (left === 0) resolve(looks)
    for (const [index, path] of paths.entries()) {
      lstat(path, (cause, stats) => {
        looks[index] = cause ?? stats
        left -= 1
        if (left === 0) resolve(looks)
      })
    }
  })
}

/** A file's facts from what was seen at its path. */
export function factsOf(absolutePath: string, stats: Stats): FileFacts {
  return {
    absolutePath,
    sizeBytes: stats.size,
    executable: (stats.mode & 0o100) !== 0,
    modifiedAtMs: stats.mtimeMs,
    changedAtMs: stats.ctimeMs,
    inode: stats.ino,
  }
}

/** The error for a path that cannot be read. */
export function unreadable(path: string, missing: ErrorCode, cause: unknown): unknown {
  const what: StorageAct = { act: 'read', path, missing }
  return storageError(path.includes('\uFFFD') ? { ...what, hint: 'Its name is not valid UTF-8: rename it.' } : what, cause)
}

/** The error for a socket, a pipe or a device. */
export function neitherFileNorFolder(path: string, code: ErrorCode): SsmError {
  return new SsmError(code, `${path} is neither a file nor a folder`, {
    hint: 'Sockets, pipes and devices cannot be sent: move it away.',
    facts: { path },
  })
}
