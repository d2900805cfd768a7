import { unlinkSync, writeFileSync } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path/posix'
import type { Extract } from 'tar-stream'
import { isBytes } from '../lang/realms.ts'
import { statsAt, type RawPath } from '../files/downloads/entries.ts'
import { fsCodeOf, orStorageError } from '../files/fs-errors.ts'
import { syncWhileFast } from '../files/sync-io.ts'
import type { ArchivedLink } from './links.ts'
import { nameCollisions, foldsNames } from './name-collisions.ts'
import { nameOfText, rawPath, shownName } from './raw-name.ts'
import { unsafeName, unsafeReason } from './safe-path.ts'

export type Entry = Extract extends AsyncIterable<infer One> ? One : never

const smallBytes = 256 * 1024
const writesAtOnce = 16
const rememberedFolders = 10_000

/** Writes the entries of one archive into a fresh folder, in flat memory: the file system itself tells which names were there. */
export class EntryWriter {
  /** By name; looked up when every file is there. */
  readonly links = new Map<string, ArchivedLink>()
  files = 0
  bytes = 0
  readonly #folder: string
  readonly #names
  readonly #folders = new Set<string>()
  readonly #writes = boundedWrites()
  readonly #inFlight = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
    this.#names = foldsNames(folder) ? nameCollisions() : undefined
  }

  /** @throws {SsmError} `ARCHIVE_UNSAFE`, `STORAGE_FULL`, `STORAGE_DENIED`. */
  async place(entry: Entry): Promise<void> {
    const { type } = entry.header
    const name = nameOf(entry)
    if (type === 'directory') {
      if (name !== '') await this.#makeFolder(checked(name))
    } else if (type === 'symlink' || type === 'link') {
      const kind = type === 'link' ? 'hard' : 'symbolic'
      await this.#makeFolder(dirname(checked(name)))
      this.links.set(name, { kind, target: targetOf(entry) })
    } else return this.#placeFile(checked(name), entry)
    entry.resume()
  }

  /** Waits until every file is written. */
  end(): Promise<void> {
    return this.#writes.end()
  }

  async #placeFile(name: string, entry: Entry): Promise<void> {
    this.#names?.file(shownName(name))
    const path = rawPath(this.#folder, name)
    await this.#makeFolder(dirname(name))
    this.links.delete(name)
    // The later of two of one name must also be written later.
    if (this.#inFlight.has(name)) await this.#writes.end()
    const sizeBytes = entry.header.size ?? 0
    const mode = ((entry.header.mode ?? 0) & 0o755) | 0o600
    const what = { act: 'write', path: shownName(name), missing: 'STORAGE_DENIED' } as const
    this.files += 1
    this.bytes += sizeBytes
    if (sizeBytes > smallBytes) {
      this.#makeRoom(name, path)
      await orStorageError(what, () => writeLarge(path, entry, mode))
      return
    }
    const parts: Uint8Array[] = []
    for await (const part of partsOf(entry)) parts.push(part)
    const content = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    this.#inFlight.add(name)
    await this.#writes.add(async () => {
      try {
        if (await orStorageError(what, () => writeSmall(path, content, mode))) return
        this.#makeRoom(name, path)
        await orStorageError(what, () => writeSmall(path, content, mode))
      } finally {
        this.#inFlight.delete(name)
      }
    })
  }

  /** An earlier file of the same name is replaced, as every tar does it. */
  #makeRoom(name: string, path: RawPath): void {
    const stats = statsAt(path)
    if (stats === undefined) return
    if (stats.isDirectory()) throw unsafeName(shownName(name), 'it is both a file and a folder')
    this.files -= 1
    this.bytes -= stats.size
    unlinkSync(path)
  }

  async #makeFolder(name: string): Promise<void> {
    if (name === '.' || this.#folders.has(name)) return
    this.#names?.folder(shownName(name))
    const what = { act: 'make the folder', path: shownName(name), missing: 'STORAGE_DENIED' } as const
    await orStorageError(what, async () => {
      try {
        await mkdir(rawPath(this.#folder, name), { recursive: true })
      } catch (cause) {
        if (fsCodeOf(cause) !== 'EEXIST' && fsCodeOf(cause) !== 'ENOTDIR') throw cause
        throw unsafeName(shownName(name), 'it is both a file and a folder')
      }
    })
    if (this.#folders.size >= rememberedFolders) this.#folders.clear()
    this.#folders.add(name)
  }
}

function checked(name: string): string {
  const reason = unsafeReason(shownName(name))
  if (reason !== undefined) throw unsafeName(shownName(name), reason)
  return name
}

const accepted: ReadonlySet<unknown> = new Set(['file', 'contiguous-file', 'directory', 'symlink', 'link'])

/** The entry's name without the `./` that many archives put in front; empty for the archive's own root. */
function nameOf({ header }: Entry): string {
  // What a pax header says was decoded already.
  const name = isInPax(header, 'path') ? nameOfText(header.name) : header.name
  if (!accepted.has(header.type)) throw unsafeName(shownName(name), `it is a ${header.type ?? 'thing of unknown kind'}`)
  const bare = name.replace(/^(?:\.\/)+/, '')
  if (header.type !== 'directory') return bare
  const folder = bare.replace(/\/$/, '')
  return folder === '.' ? '' : folder
}

const targetOf = ({ header }: Entry): string =>
  isInPax(header, 'linkpath') ? nameOfText(header.linkname ?? '') : (header.linkname ?? '')

const isInPax = ({ pax }: { readonly pax?: unknown }, key: string): boolean =>
  typeof pax === 'object' && pax !== null && Object.hasOwn(pax, key)

/** `false` when something of that name is there. */
async function writeSmall(path: RawPath, content: Uint8Array, mode: number): Promise<boolean> {
  try {
    await syncWhileFast(
      () => writeFileSync(path, content, { mode, flag: 'wx' }),
      () => writeFile(path, content, { mode, flag: 'wx' }),
    )
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'EEXIST' || fsCodeOf(cause) === 'EISDIR') return false
    throw cause
  }
}

async function writeLarge(path: RawPath, entry: Entry, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    for await (const part of partsOf(entry)) await file.writeFile(part)
  } finally {
    await file.close()
  }
}

// tar-stream's types do not say what an entry yields.
async function* partsOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const part of entry) if (isBytes(part)) yield part
}

interface BoundedWrites {
  add(write: () => Promise<void>): Promise<void>
  end(): Promise<void>
}

/** Lets small files be written side by side; the first failure comes out at the next `add` or at the `end`. */
function boundedWrites(): BoundedWrites {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const assertGood = (): void => {
    if (failures.length > 0) throw failures[0]
  }
  return {
    async add(write) {
      assertGood()
      const one: Promise<void> = write()
        .catch((cause: unknown) => void failures.push(cause))
        .finally(() => running.delete(one))
      running.add(one)
      if (running.size >= writesAtOnce) await Promise.race(running)
    },
    async end() {
      await Promise.all(running)
      assertGood()
    },
  }
}
