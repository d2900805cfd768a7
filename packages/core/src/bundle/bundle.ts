import { join } from 'node:path'
import { writeArchive, type ArchiveEntry, type WrittenArchive } from '../archive/tar.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { sortByBytes } from '../files/byte-order.ts'
import { digestFile, sha256 } from '../files/digest/digest.ts'
import { eachOf } from '../lang/each-of.ts'
import type { Program } from '../spec/program.ts'
import { assertRunnable, assertShellReadable, unreadableScripts } from './entry.ts'
import { gather, type Gathered, type GatherOptions, type Skipped } from './gather.ts'
import { bundleNodeEntry, isNodeEntry, type GeneratedFile } from './node-entry.ts'
import { pythonCalls } from './python-calls.ts'
import { pythonToolkit } from './toolkit.ts'

/** One file of the user's code in the code folder. */
export interface CodeFile {
  readonly path: string
  readonly sha256: string
  readonly executable: boolean
}

/** What a program's code is, by content. */
export interface Code {
  /** In the byte order of their paths. */
  readonly files: readonly CodeFile[]
  /** What the launcher is to run, in the code folder: `train.py`, or `worker.mjs` for `worker.ts`. */
  readonly entry?: string
  /** Bytes of all the files. */
  readonly bytes: number
  readonly skipped: Skipped
  /** Shell scripts beside the entry that a shell would misunderstand. */
  readonly unreadableScripts?: readonly string[]
}

/** The code as one archive on this machine. */
export interface Bundle extends Code {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

export interface BundleOptions extends GatherOptions {
  /** Called with how many of how many bytes of code were packed. */
  readonly onBytes?: (bytes: number, ofBytes: number) => void
}

const digestsAtOnce = 16

/**
 * What a program's code is, without making an archive of it: enough to see that nothing changed.
 * @throws {SsmError} `CODE_MISSING`, `CODE_UNBUNDLABLE`, `TASK_INVALID` for an entry that cannot be run, `STORAGE_DENIED`.
 */
export async function describeCode(program: Program, options: GatherOptions = {}): Promise<Code> {
  const parts = await partsOf(program, options)
  const digests = new Map<string, string>()
  await eachOf(
    parts.entries,
    digestsAtOnce,
    async ({ name, content }, signal) => {
      digests.set(name, content.kind === 'bytes' ? sha256(content.bytes) : (await digestFile(content.path, { signal })).sha256)
    },
    options.signal,
  )
  const files = parts.entries.map(({ name, executable }) => ({ path: name, executable, sha256: digests.get(name) ?? '' }))
  return codeOf(parts, files)
}

/**
 * Packs a program's code, and our Python toolkit beside it, into `sourcedir.tar.gz` in a scratch folder. The same files
 * make the same bytes, wherever and whenever. The files told are those whose bytes are in the archive.
 * @throws {SsmError} `CODE_MISSING`, `CODE_UNBUNDLABLE`, `STORAGE_DENIED`, `STORAGE_FULL`, `INPUT_MISSING` for a file that
 * changes while it is packed.
 */
export async function makeBundle(program: Program, scratchFolder: string, options: BundleOptions = {}): Promise<Bundle> {
  const parts = await partsOf(program, options)
  const path = join(scratchFolder, 'sourcedir.tar.gz')
  const { onBytes } = options
  const entries = withToolkit(parts.entries, await pythonToolkit())
  const ofBytes = entries.reduce(
    (sum, { content }) => sum + (content.kind === 'bytes' ? content.bytes.length : content.sizeBytes),
    0,
  )
  const written = await writeArchive(entries, path, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(onBytes === undefined ? {} : { onBytes: (bytes: number) => onBytes(bytes, ofBytes) }),
  })
  return { ...codeOf(parts, filesIn(written, parts.entries)), path, sha256: written.sha256, sizeBytes: written.sizeBytes }
}

interface Parts {
  readonly entries: readonly ArchiveEntry[]
  readonly entry: string | undefined
  readonly skipped: Skipped
  readonly bytes: number
  readonly unreadableScripts: readonly string[]
}

async function partsOf(program: Program, options: GatherOptions): Promise<Parts> {
  const gathered = await gather(program, options)
  const entry = gathered.files.find(({ path }) => path === gathered.entry)
  if (entry !== undefined && program.kind === 'code') await assertRunnable(entry)
  else if (entry !== undefined) await assertShellReadable(entry)
  const own = gathered.files.map((file): ArchiveEntry => ({
    name: file.path,
    executable: file.executable,
    content: { kind: 'file', path: file.absolutePath, sizeBytes: file.sizeBytes },
  }))
  const made = await madeOf(program, gathered)
  const generated = made.files.map(({ path, bytes }): ArchiveEntry => ({
    name: path,
    executable: false,
    content: { kind: 'bytes', bytes },
  }))
  assertNoDependencyReplaced(program, generated)
  const names = new Set(generated.map(({ name }) => name))
  const entries = sortByBytes([...own.filter(({ name }) => !names.has(name)), ...generated], ({ name }) => name)
  const bytes = entries.reduce(
    (sum, { content }) => sum + (content.kind === 'bytes' ? content.bytes.length : content.sizeBytes),
    0,
  )
  const unreadable = await unreadableScripts(gathered.files, gathered.entry)
  return { entries, entry: made.entry, skipped: gathered.skipped, bytes, unreadableScripts: unreadable }
}

/** What is run, and the files that are made for it. */
async function madeOf(program: Program, { root, entry }: Gathered): Promise<Made> {
  if (entry === undefined || program.kind !== 'code') return { entry, files: [] }
  if (isNodeEntry(entry)) return await bundleNodeEntry(root, entry, program.exported)
  if (program.exported === undefined) return { entry, files: [] }
  const calls = pythonCalls(entry, program.exported)
  return { entry: calls.entry, files: [calls.file] }
}

interface Made {
  readonly entry: string | undefined
  readonly files: readonly GeneratedFile[]
}

/** What is generated may replace a compiled twin of the entry beside it, but nothing that was named outright. */
function assertNoDependencyReplaced(program: Program, generated: readonly ArchiveEntry[]): void {
  if (program.kind !== 'code') return
  for (const { name } of generated) {
    const replaced = program.dependencies.find(
      (dependency) => dependency.replace(/^.*[\\/](?=.)/, '').replace(/[\\/]$/, '') === name,
    )
    if (replaced === undefined) continue
    throw new SsmError(
      'CODE_MISSING',
      `${program.entry} is bundled as ${name}, which is also the name of the dependency ${replaced}`,
      {
        hint: 'Rename the dependency.',
        facts: { name, paths: [program.entry, replaced] },
      },
    )
  }
}

/** A `worker_toolkit` of the user's own stays whole: a mixture of two versions would help nobody. */
function withToolkit(entries: readonly ArchiveEntry[], toolkit: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const own = entries.some(
    ({ name }) => name === 'worker_toolkit.py' || name === 'worker_toolkit' || name.startsWith('worker_toolkit/'),
  )
  return own ? entries : [...entries, ...toolkit]
}

function filesIn(written: WrittenArchive, entries: readonly ArchiveEntry[]): readonly CodeFile[] {
  const names = new Set(entries.map(({ name }) => name))
  return written.files
    .filter(({ name }) => names.has(name))
    .map(({ name, sha256: digest, executable }) => ({ path: name, sha256: digest, executable }))
}

function codeOf(parts: Parts, files: readonly CodeFile[]): Code {
  const { bytes, skipped, unreadableScripts: unreadable } = parts
  return {
    files,
    bytes,
    skipped,
    ...(unreadable.length === 0 ? {} : { unreadableScripts: unreadable }),
    ...(parts.entry === undefined ? {} : { entry: parts.entry }),
  }
}
