import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { SsmError } from '../errors/ssm-error.ts'
import { sortByBytes } from '../files/byte-order.ts'
import { fileFacts, kindOf, type FileFacts } from '../files/stat.ts'
import { filesBelow } from '../files/walk.ts'
import type { Program } from '../spec/program.ts'
import { ignoreRulesOf, isCredential, type SkippedPath } from './ignore-rules.ts'

/** A file of the code, and the name it gets in the code folder of the machine. */
export interface GatheredFile extends FileFacts {
  readonly path: string
}

/** What is not sent: how many files and folders, and the first thousand of them. */
export interface Skipped {
  readonly count: number
  /** Those that seem to hold credentials. */
  readonly credentials: readonly string[]
  readonly paths: readonly SkippedPath[]
}

/** The files of a program as they lie on this machine. */
export interface Gathered {
  /** In the byte order of their paths. */
  readonly files: readonly GatheredFile[]
  readonly bytes: number
  readonly skipped: Skipped
  /** The file that is to be run, in the code folder; none for a command line or a bare command. */
  readonly entry?: string
  /** The folder on this machine that the code folder's root comes from. */
  readonly root: string
}

export interface GatherOptions {
  /** What relative paths count from; default the current folder. */
  readonly cwd?: string
  readonly signal?: AbortSignal
}

/** The `s3://…tar.gz` that holds a program's code, when it is not on this machine. */
export function remoteSourceOf(program: Program): string | undefined {
  const source = program.kind === 'code' ? program.sourceDir : program.kind === 'shell' ? program.files : undefined
  return source?.startsWith('s3://') === true ? source : undefined
}

/**
 * Finds the files that belong to a program: the content of its source folder (or its entry alone) and its dependencies,
 * flat at the root. Links count as what they point to; `.ssmignore` and the built-in rules keep files at home, except those
 * that are named outright. Nothing is read yet.
 * @throws {SsmError} `CODE_MISSING` for what is not there, an entry outside its source folder, and two things of one name;
 * `STORAGE_DENIED`.
 */
export async function gather(program: Program, options: GatherOptions = {}): Promise<Gathered> {
  const cwd = resolve(options.cwd ?? '.')
  const wanted = wantedOf(program)
  const source = wanted.folder === undefined ? undefined : resolve(cwd, wanted.folder)
  const places = placesOf(wanted.dependencies, cwd)
  const shelf = newShelf()
  if (source !== undefined) await addFolder(shelf, source, '', options)
  const entry = wanted.entry === undefined ? undefined : await findEntry(wanted.entry, source, cwd)
  if (entry !== undefined) await addFile(shelf, entry.absolutePath, entry.path, source ?? entry.absolutePath)
  for (const [name, place] of places) await addDependency(shelf, name, place, options)
  const files = sortByBytes([...shelf.files.values()], (file) => file.path)
  return {
    files,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    skipped: {
      count: shelf.skipped.length,
      credentials: shelf.skipped.filter(isCredential).map(({ path }) => path),
      paths: shelf.skipped.slice(0, 1000),
    },
    root: source ?? (entry === undefined ? cwd : resolve(entry.absolutePath, '..')),
    ...(entry === undefined ? {} : { entry: entry.path }),
  }
}

interface Wanted {
  readonly entry?: string
  readonly folder?: string
  readonly dependencies: readonly string[]
}

function wantedOf(program: Program): Wanted {
  const remote = remoteSourceOf(program)
  if (remote !== undefined) throw missing(remote, 'is not on this machine', 'Its files can only be read by the job.')
  switch (program.kind) {
    case 'code':
      return {
        entry: program.entry,
        dependencies: program.dependencies,
        ...(program.sourceDir === undefined ? {} : { folder: program.sourceDir }),
      }
    case 'shell':
      return { dependencies: program.dependencies, ...(program.files === undefined ? {} : { folder: program.files }) }
    case 'command':
      return { dependencies: program.dependencies, ...(program.script === undefined ? {} : { entry: program.script }) }
    case 'algorithm':
      return { dependencies: [] }
  }
}

/** What has been gathered so far; `owners` remembers which place each name at the root came from. */
interface Shelf {
  readonly files: Map<string, GatheredFile>
  readonly owners: Map<string, string>
  readonly skipped: SkippedPath[]
}

const newShelf = (): Shelf => ({ files: new Map(), owners: new Map(), skipped: [] })

async function addFolder(shelf: Shelf, folder: string, prefix: string, options: GatherOptions): Promise<void> {
  const rules = await ignoreRulesOf(folder)
  const filter = (path: string, kind: 'file' | 'folder'): boolean => {
    const rule = rules(path, kind)
    if (rule !== undefined) shelf.skipped.push({ path: `${prefix}${path}${kind === 'folder' ? '/' : ''}`, rule })
    return rule === undefined
  }
  const stop = options.signal === undefined ? {} : { signal: options.signal }
  for (const file of await filesBelow(folder, { filter, missing: 'CODE_MISSING', ...stop })) {
    shelf.files.set(prefix + file.path, { ...file, path: prefix + file.path })
    claim(shelf, prefix + file.path, folder)
  }
}

async function addFile(shelf: Shelf, absolutePath: string, path: string, owner: string): Promise<void> {
  if (shelf.files.has(path) && shelf.owners.get(topOf(path)) === owner) return
  claim(shelf, path, owner)
  shelf.files.set(path, { path, ...(await fileFacts(absolutePath, 'CODE_MISSING')) })
}

async function addDependency(shelf: Shelf, name: string, place: string, options: GatherOptions): Promise<void> {
  const kind = await kindOf(place)
  if (kind === undefined) throw missing(place, 'does not exist', 'It is named as a dependency: check the path.')
  // The same file named twice, as entry and as dependency, is no collision.
  if (kind === 'file') return addFile(shelf, place, name, place)
  if (shelf.owners.has(name)) claim(shelf, name, place)
  await addFolder(shelf, place, `${name}/`, options)
}

function placesOf(dependencies: readonly string[], cwd: string): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  for (const dependency of dependencies) {
    const place = resolve(cwd, dependency)
    const known = places.get(basename(place))
    if (known !== undefined && known !== place) throw collision(basename(place), known, place)
    places.set(basename(place), place)
  }
  return places
}

/** Whoever comes first owns a name at the root; a second owner is an error, never a silent replacement. */
function claim(shelf: Shelf, path: string, owner: string): void {
  const top = topOf(path)
  const known = shelf.owners.get(top)
  if (known !== undefined && known !== owner) throw collision(top, known, owner)
  shelf.owners.set(top, owner)
}

const topOf = (path: string): string => path.split('/', 1)[0] ?? path

async function findEntry(
  entry: string,
  source: string | undefined,
  cwd: string,
): Promise<{ readonly path: string; readonly absolutePath: string }> {
  const fromCwd = resolve(cwd, entry)
  if (source === undefined) {
    const kind = await kindOf(fromCwd)
    if (kind !== 'file')
      throw missing(fromCwd, noFile(kind), 'Check the path of the entry; a relative one counts from the current folder.')
    return { path: basename(fromCwd), absolutePath: fromCwd }
  }
  for (const absolutePath of [resolve(source, entry), fromCwd]) {
    const path = relative(source, absolutePath)
    const inside = path !== '' && !isAbsolute(path) && path.split(sep)[0] !== '..'
    if (inside && (await kindOf(absolutePath)) === 'file') return { path: path.split(sep).join('/'), absolutePath }
  }
  const hint = 'Name it relative to the source folder, or move it inside.'
  const isOutside = (await kindOf(fromCwd)) === 'file'
  const what = isOutside ? `is not there: ${fromCwd} lies outside the source folder` : noFile(await kindOf(join(source, entry)))
  throw missing(join(source, entry), what, hint)
}

const noFile = (kind: Awaited<ReturnType<typeof kindOf>>): string =>
  kind === 'folder' ? 'is a folder, not a file' : 'does not exist'

function missing(path: string, what: string, hint: string): SsmError {
  return new SsmError('CODE_MISSING', `${path} ${what}`, { hint, facts: { path } })
}

function collision(name: string, one: string, other: string): SsmError {
  return new SsmError('CODE_MISSING', `Two things would be called ${name} in the code folder: ${one} and ${other}`, {
    hint: 'Rename one of them, or leave one out: entry, source folder and dependencies share one root.',
    facts: { name, paths: [one, other] },
  })
}
