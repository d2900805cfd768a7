import type { Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { isError } from '../lang/realms.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { sortByBytes } from './byte-order.ts'
import { fsCodeOf } from './fs-errors.ts'
import { factsOf, statPath, lstatEach, neitherFileNorFolder, unreadable, type FileFacts } from './stat.ts'

/** A file found below a folder. */
export interface WalkedFile extends FileFacts {
  /** Relative to the folder, with `/` on every system. */
  readonly path: string
}

export interface WalkOptions {
  /** Leaves out a file, or a folder with all that is in it, when it gives `false`. Paths are relative, without a last slash. */
  readonly filter?: (path: string, kind: 'file' | 'folder') => boolean
  /** The code of the error for what is not there; default `INPUT_MISSING`. */
  readonly missing?: ErrorCode
  readonly signal?: AbortSignal
}

const looksAtOnce = 512

/**
 * Every regular file below a folder, in the byte order of the relative paths. Symbolic links count as what they point to;
 * empty folders leave no trace.
 * @throws {SsmError} the `missing` code for a folder that is not there, a link without a target or in a loop, and things
 * that are neither files nor folders; `STORAGE_DENIED` for what cannot be read; an abort rejects with `signal.reason`.
 */
export async function* walk(folder: string, options: WalkOptions = {}): AsyncGenerator<WalkedFile> {
  for await (const files of runsBelow(folder, options)) yield* files
}

/** The same files all at once: for tens of thousands, waiting for each of them would be most of the work. */
export async function filesBelow(folder: string, options: WalkOptions = {}): Promise<readonly WalkedFile[]> {
  const runs: (readonly WalkedFile[])[] = []
  for await (const files of runsBelow(folder, options)) runs.push(files)
  return runs.flat()
}

/** A folder that is being walked through. */
interface Place {
  readonly folder: string
  /** Its relative path, empty or with a last slash. */
  readonly prefix: string
  /** What the file system calls it and the folders above it: one that comes again is a circle. */
  readonly identities: readonly string[]
  readonly missing: ErrorCode
  readonly filter: NonNullable<WalkOptions['filter']>
  readonly signal: AbortSignal | undefined
}

interface Found {
  readonly name: string
  readonly stats: Stats
}

async function* runsBelow(folder: string, options: WalkOptions): AsyncGenerator<readonly WalkedFile[]> {
  const root = resolve(folder)
  const missing = options.missing ?? 'INPUT_MISSING'
  const top = await statPath(root, missing)
  if (!top.isDirectory()) {
    throw new SsmError(missing, `${root} is not a folder`, { hint: 'Name a folder.', facts: { path: root } })
  }
  const filter = options.filter ?? (() => true)
  yield* runsIn({ folder: root, prefix: '', identities: [identityOf(top)], missing, filter, signal: options.signal })
}

/** The files of a folder in runs: what comes before the first folder in it, the files of that folder, and so on. */
async function* runsIn(place: Place): AsyncGenerator<readonly WalkedFile[]> {
  let run: WalkedFile[] = []
  for (const { name, stats } of await contentOf(place)) {
    const absolutePath = pathIn(place.folder, name)
    if (stats.isFile()) {
      run.push(Object.assign(factsOf(absolutePath, stats), { path: place.prefix + name }))
      continue
    }
    if (run.length > 0) yield run
    run = []
    const identity = identityOf(stats)
    if (place.identities.includes(identity)) throw circle(absolutePath, place)
    yield* runsIn({
      ...place,
      folder: absolutePath,
      prefix: `${place.prefix}${name}/`,
      identities: [...place.identities, identity],
    })
  }
  if (run.length > 0) yield run
}

/** A folder's content, links resolved, filtered, in the order in which the paths below it are to come. */
async function contentOf(place: Place): Promise<readonly Found[]> {
  const names = await namesIn(place)
  const found: Found[] = []
  for (let from = 0; from < names.length; from += looksAtOnce) {
    place.signal?.throwIfAborted()
    await lookInto(place, names.slice(from, from + looksAtOnce), found)
  }
  // A folder sorts as if its name ended in a slash: only then do whole paths come out in byte order ('a-b', 'a/c', 'ab').
  return sortByBytes(found, (one) => (one.stats.isDirectory() ? `${one.name}/` : one.name))
}

async function namesIn({ folder, prefix, missing, filter, signal }: Place): Promise<readonly string[]> {
  signal?.throwIfAborted()
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, missing, cause)
  })
  // A link is asked about later, once it is known what it points to.
  const wanted = entries.filter(
    (entry) => entry.isSymbolicLink() || filter(prefix + entry.name, entry.isDirectory() ? 'folder' : 'file'),
  )
  return wanted.map((entry) => entry.name)
}

async function lookInto(place: Place, names: readonly string[], found: Found[]): Promise<void> {
  const paths = names.map((name) => pathIn(place.folder, name))
  const looks = await lstatEach(paths)
  for (const [index, name] of names.entries()) {
    const [path, look] = [paths[index] ?? name, looks[index]]
    if (look === undefined || isError(look)) throw unreadable(path, place.missing, look)
    const stats = look.isSymbolicLink() ? await followed(path, place.prefix + name, place) : look
    if (stats === undefined) continue
    if (!stats.isFile() && !stats.isDirectory()) throw neitherFileNorFolder(path, place.missing)
    found.push({ name, stats })
  }
}

/** What a link points to, or `undefined` when the filter does not want it: a dead link that is ignored is no error. */
async function followed(path: string, relativePath: string, place: Place): Promise<Stats | undefined> {
  if (!place.filter(relativePath, 'file')) return undefined
  const stats = await statPath(path, place.missing).catch((cause: unknown) => {
    throw fsCodeOf(cause instanceof SsmError ? cause.cause : cause) === 'ENOENT' ? leadsNowhere(path, place, cause) : cause
  })
  return stats.isDirectory() && !place.filter(relativePath, 'folder') ? undefined : stats
}

// A resolved folder and a bare name need no normalizing, which over tens of thousands of files is a tenth of a second.
const pathIn = (folder: string, name: string): string => (folder.endsWith(sep) ? folder + name : folder + sep + name)

const identityOf = (stats: Stats): string => `${stats.dev}:${stats.ino}`

function leadsNowhere(path: string, { missing }: Place, cause: unknown): SsmError {
  return new SsmError(missing, `${path} is a symbolic link whose target does not exist`, {
    hint: 'Remove the link, or put back what it points to.',
    cause,
    facts: { path },
  })
}

function circle(path: string, { missing }: Place): SsmError {
  return new SsmError(missing, `${path} is a symbolic link to a folder that contains it`, {
    hint: 'Remove the link: it points to a folder that contains it.',
    facts: { path },
  })
}
