import type { Text } from '../errors/wording.ts'
import { isError } from '../lang/realms.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { systemClock } from '../time/clock.ts'

/** What was being done to which path when the file system said no. */
export interface StorageAct {
  /** A verb phrase: `read`, `write`, `make the folder`. */
  readonly act: string
  readonly path: string
  /** The code when nothing is there; default `INPUT_MISSING`. */
  readonly missing?: ErrorCode
  /** The next step, instead of the one that fits the file system's own reason. */
  readonly hint?: Text
}

interface Translation {
  readonly code: ErrorCode
  readonly says: string
  readonly hint: string
}

const denied: Translation = {
  code: 'STORAGE_DENIED',
  says: 'permission denied',
  hint: 'Give the user that runs this program the right to it, or choose another place.',
}

const full: Translation = {
  code: 'STORAGE_FULL',
  says: 'no space is left',
  hint: 'Free some space on that disk and run it again.',
}

const translations: Readonly<Record<string, Translation>> = {
  EACCES: denied,
  EPERM: denied,
  EROFS: { code: 'STORAGE_DENIED', says: 'the file system is read-only', hint: 'Choose a folder that can be written.' },
  ENOSPC: full,
  EDQUOT: { ...full, says: 'the disk quota is used up' },
  EMFILE: { code: 'STORAGE_DENIED', says: 'too many files are open', hint: 'Raise the limit of open files (ulimit -n).' },
  ENAMETOOLONG: { code: 'STORAGE_DENIED', says: 'the name is too long for the file system', hint: 'Use a shorter name.' },
  ELOOP: { code: 'STORAGE_DENIED', says: 'its symbolic links form a loop', hint: 'Remove the link.' },
  ENOTEMPTY: { code: 'STORAGE_DENIED', says: 'a folder with content is in the way', hint: 'Move that folder away.' },
  EISDIR: { code: 'STORAGE_DENIED', says: 'a folder is where a file is expected', hint: 'Name a file, or move the folder away.' },
  EEXIST: { code: 'STORAGE_DENIED', says: 'something of that name is already there', hint: 'Move it away.' },
  EXDEV: { code: 'STORAGE_DENIED', says: 'it lies on another file system', hint: 'Choose a place on the same file system.' },
}

/** The file system's own word for what went wrong (`ENOENT`), or `undefined` for any other error. */
export function fsCodeOf(cause: unknown): string | undefined {
  return isError(cause) && 'code' in cause && typeof cause.code === 'string' && 'syscall' in cause ? cause.code : undefined
}

/**
 * The one place where the file system's errors become ours: `STORAGE_FULL`, `STORAGE_DENIED`, or the `missing` code.
 * Anything that is no file system error (an abort, one of our own) comes back as it is.
 */
export function storageError(what: StorageAct, cause: unknown): unknown {
  const fsCode = fsCodeOf(cause)
  if (fsCode === undefined || isSsmError(cause)) return cause
  const facts = { path: what.path, reason: fsCode }
  if (fsCode === 'ENOENT' || fsCode === 'ENOTDIR') {
    const says = fsCode === 'ENOENT' ? 'it does not exist' : 'a part of this path is no folder'
    return new SsmError(what.missing ?? 'INPUT_MISSING', `Cannot ${what.act} ${what.path}: ${says}`, {
      hint: what.hint ?? 'Check the path; a relative one counts from the current folder.',
      cause,
      facts,
    })
  }
  const found = translations[fsCode] ?? { ...denied, says: isError(cause) ? cause.message : fsCode }
  return new SsmError(found.code, `Cannot ${what.act} ${what.path}: ${found.says}`, {
    hint: what.hint ?? found.hint,
    cause,
    facts,
  })
}

const filesFreeMs = 30_000

/**
 * Opens something, and waits while too many files are open: those of this process are closed sooner or later.
 * @throws the file system's error, also when none is free for half a minute
 */
export async function whenFilesAreFree<Value>(work: () => Promise<Value>): Promise<Value> {
  for (const startMs = performance.now(); ;) {
    try {
      return await work()
    } catch (cause) {
      const isFull = fsCodeOf(cause) === 'EMFILE' || fsCodeOf(cause) === 'ENFILE'
      if (!isFull || performance.now() - startMs > filesFreeMs) throw cause
      await systemClock.sleep(20 + 30 * Math.random())
    }
  }
}

/** Does something to a path and translates the file system's error, if there is one. */
export async function orStorageError<Value>(what: StorageAct, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw storageError(what, cause)
  }
}
