import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { ignoreRulesOf } from '../bundle/ignore-rules.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { chunkBytes, digestFile } from '../files/digest/digest.ts'
import { digestThreads, worthThreadsBytes } from '../files/digest/threads.ts'
import { realPath } from '../files/read.ts'
import { fileFacts, kindOf, type FileFacts } from '../files/stat.ts'
import { filesBelow, type WalkedFile } from '../files/walk.ts'
import { eachOf } from '../lang/each-of.ts'
import { openDigestCache, type DigestCache } from './digest-cache.ts'

/** A file of this machine, known by content. */
export interface LocalFile extends FileFacts {
  /** Relative to its folder, with `/`; the name of a single file. */
  readonly path: string
  readonly sha256: string
}

/** A folder's files, or one file. */
export interface Listing {
  /** In the byte order of their paths. */
  readonly files: readonly LocalFile[]
  readonly bytes: number
  /** How many files had to be read, because they were not known or not as they were. */
  readonly filesRead: number
}

export interface ListingOptions {
  /** Where digests are remembered between runs; without it every file is read. */
  readonly cacheDir?: string
  readonly signal?: AbortSignal
}

const readsAtOnce = 16
const tries = 3
const longestPiece = 64 * 1024

/**
 * Lists a folder's files, or one file, with their digests. Built-in rules and a `.ssmignore` in the folder leave files out. A file that was not touched since it was last read is not read again.
 * @throws {SsmError} `INPUT_MISSING` for what is not there or keeps changing while it is read, `STORAGE_DENIED`.
 */
export async function listLocal(source: string, options: ListingOptions = {}): Promise<Listing> {
  const place = await realPath(resolve(source))
  const cache = options.cacheDir === undefined ? undefined : await openDigestCache(options.cacheDir, place)
  const found = await filesAt(place, basename(resolve(source)), options.signal)
  const files = found.map((file): LocalFile => Object.assign(file, { sha256: cache?.find(file.path, file) ?? '' }))
  const unknown = files.flatMap((file, index) => (file.sha256 === '' ? [index] : []))
  const large = unknown.filter((index) => sizeOf(files[index]) > chunkBytes)
  const ownThreads = large.reduce((sum, index) => sum + sizeOf(files[index]), 0) >= worthThreadsBytes
  await using threads = ownThreads ? digestThreads() : undefined
  const read = async (index: number, signal: AbortSignal): Promise<void> => {
    const file = files[index]
    const digest = threads !== undefined && sizeOf(file) > chunkBytes ? threads.digestFile : digestFile
    if (file !== undefined) files[index] = await digested(file, { cache, digest, signal })
  }
  await eachOf(unknown, readsAtOnce, read, options.signal)
  await cache?.save()
  return { files, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), filesRead: unknown.length }
}

/** Sha-256 over paths and contents: the same for the same files in any folder, at any time. */
export function digestOf(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  const hash = createHash('sha256')
  // In pieces of some length: a call for each of tens of thousands of files takes longer than their bytes.
  let piece = ''
  for (const { path, sha256 } of files) {
    piece += `${path}\0${sha256}\n`
    if (piece.length < longestPiece) continue
    hash.update(piece)
    piece = ''
  }
  hash.update(piece)
  return hash.digest('hex')
}

const sizeOf = (file: FileFacts | undefined): number => file?.sizeBytes ?? 0

interface DigestedOptions {
  /** Where the digest is remembered. */
  readonly cache?: DigestCache | undefined
  /** Who computes it; default: this thread. */
  readonly digest?: typeof digestFile
  readonly signal?: AbortSignal | undefined
}

/**
 * A file's content and facts that belong together: read again when it changes meanwhile.
 * @throws {SsmError} `INPUT_MISSING` when it does not stop changing.
 */
export async function digested<File extends FileFacts & { readonly path: string }>(
  file: File,
  { cache, digest = digestFile, signal }: DigestedOptions = {},
): Promise<File & { readonly sha256: string }> {
  let before: FileFacts = file
  for (let left = tries; left > 0; left -= 1) {
    const readAtMs = Date.now()
    const { sha256, sizeBytes } = await digest(file.absolutePath, signal === undefined ? {} : { signal })
    const after = await fileFacts(file.absolutePath)
    if (sizeBytes === after.sizeBytes && isUntouched(before, after)) {
      cache?.keep(file.path, after, sha256, readAtMs)
      return { ...file, ...after, sha256 }
    }
    before = after
  }
  throw keepsChanging(file.absolutePath)
}

/** Whether a file's content is as it was, as far as the file system tells. A new hard link to it is no change. */
export function isUntouched(before: FileFacts, after: FileFacts): boolean {
  return before.sizeBytes === after.sizeBytes && before.modifiedAtMs === after.modifiedAtMs && before.inode === after.inode
}

/** A file that is being written to while it is read. */
export function keepsChanging(path: string): SsmError {
  return new SsmError('INPUT_MISSING', `${path} keeps changing while it is read`, {
    hint: 'Wait until whatever writes to it is done, then run it again.',
    facts: { path },
  })
}

async function filesAt(place: string, name: string, signal: AbortSignal | undefined): Promise<readonly WalkedFile[]> {
  if ((await kindOf(place)) === 'file') return [{ path: name, ...(await fileFacts(place)) }]
  const rules = await ignoreRulesOf(place, 'input')
  const filter = (path: string, kind: 'file' | 'folder'): boolean => rules(path, kind) === undefined
  return filesBelow(place, { filter, ...(signal === undefined ? {} : { signal }) })
}
