import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { writeArchive, type ArchiveEntry } from '../archive/tar.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { digestFile } from '../files/digest/digest.ts'
import { readText } from '../files/read.ts'
import { kindOf } from '../files/stat.ts'
import { filesBelow } from '../files/walk.ts'
import { eachOf } from '../lang/each-of.ts'
import { dockerIgnore, hasExceptions } from './docker-ignore.ts'
import { isDockerfileText, readsContext } from './dockerfile.ts'

/** A file of a build context, by its content. */
export interface ContextFile {
  readonly path: string
  readonly absolutePath: string
  readonly sizeBytes: number
  readonly executable: boolean
  readonly sha256: string
}

/** What an image is built from: a Dockerfile, and the files that it can copy from. */
export interface ImageSource {
  /** The Dockerfile as it was written. */
  readonly text: string
  /** Empty when the Dockerfile copies nothing. In the byte order of their paths. */
  readonly files: readonly ContextFile[]
}

const digestsAtOnce = 16

/**
 * Reads a Dockerfile, given as its text, as a file, or as a folder that holds one. The folder is its context, without what a
 * `.dockerignore` there leaves out. Symbolic links count as what they point to.
 * @throws {SsmError} `CODE_MISSING`, `STORAGE_DENIED`.
 */
export async function readImageSource(source: string, options: { readonly signal?: AbortSignal } = {}): Promise<ImageSource> {
  if (isDockerfileText(source)) return { text: source, files: [] }
  const path = resolve(source)
  const kind = await kindOf(path)
  const file = kind === 'folder' ? join(path, 'Dockerfile') : path
  const text = kind === undefined ? undefined : await readText(file)
  if (text === undefined) throw noDockerfile(source, kind === 'folder' ? file : path)
  if (!readsContext(text)) return { text, files: [] }
  return { text, files: await contextFiles(dirname(file), basename(file), options.signal) }
}

async function contextFiles(
  folder: string,
  dockerfile: string,
  signal: AbortSignal | undefined,
): Promise<readonly ContextFile[]> {
  const rules = (await readText(join(folder, '.dockerignore'))) ?? ''
  const isIgnored = dockerIgnore(rules)
  const looksEverywhere = hasExceptions(rules)
  const stop = signal === undefined ? {} : { signal }
  const found = await filesBelow(folder, {
    filter: (path, kind) => (kind === 'folder' && looksEverywhere) || !isIgnored(path),
    missing: 'CODE_MISSING',
    ...stop,
  })
  // The Dockerfile is told apart from the context, and the rules have been followed.
  const wanted = found.filter(({ path }) => path !== dockerfile && path !== '.dockerignore')
  const digests = new Map<string, string>()
  await eachOf(
    wanted,
    digestsAtOnce,
    async ({ path, absolutePath }, inner) => void digests.set(path, (await digestFile(absolutePath, { signal: inner })).sha256),
    signal,
  )
  return wanted.map(({ path, absolutePath, sizeBytes, executable }) => ({
    path,
    absolutePath,
    sizeBytes,
    executable,
    sha256: digests.get(path) ?? '',
  }))
}

/** A tag made from all that decides what is in the image: the base's digest, the Dockerfile, and the files that it copies. */
export function contentTag({ text, files }: ImageSource, base: string | undefined): string {
  const parts = {
    platform: 'linux/amd64',
    base,
    text,
    files: files.map(({ path, sha256, executable }) => [path, sha256, executable]),
  }
  return `ssm-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`
}

/** Packs the context with the finished Dockerfile as an archive. The same content makes the same bytes. */
export async function packContext(
  { files }: ImageSource,
  dockerfile: string,
  target: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly sizeBytes: number }> {
  const entries: readonly ArchiveEntry[] = [
    { name: 'Dockerfile', executable: false, content: { kind: 'bytes', bytes: Buffer.from(dockerfile) } },
    ...files
      .filter(({ path }) => path !== 'Dockerfile')
      .map(({ path, absolutePath, sizeBytes, executable }) => ({
        name: path,
        executable,
        content: { kind: 'file' as const, path: absolutePath, sizeBytes },
      })),
  ]
  const written = await writeArchive(entries, target, options.signal === undefined ? {} : { signal: options.signal })
  const known = new Map(files.map(({ path, sha256 }) => [path, sha256]))
  const changed = written.files.find(({ name, sha256 }) => known.has(name) && known.get(name) !== sha256)
  if (changed === undefined) return written
  // The image would not be what its tag says.
  throw new SsmError('CODE_MISSING', `${changed.name} changed while the image was being prepared.`, {
    hint: 'Run it again.',
    facts: { path: changed.name },
  })
}

const noDockerfile = (source: string, path: string): SsmError =>
  new SsmError('CODE_MISSING', `There is no Dockerfile at ${path}.`, {
    hint: 'Give a folder that holds a Dockerfile, the path of one, or its text: RUN pip install …',
    facts: { path, source: source.slice(0, 200) },
  })
