import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orStorageError } from './fs-errors.ts'
import { ownerPattern, ownerState, thisOwner } from './process/owner.ts'

/** A folder that removes itself, with all that is in it, when its scope ends. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string
}

/** What of another computer or container was not touched for so long counts as left behind. */
const abandonedAfterMs = 7 * 24 * 3_600_000

/**
 * Makes a fresh folder, readable by its owner only: `await using scratch = await temporaryDirectory()`. It lies in the
 * system's temporary folder, or in `parent`, which is made when it is missing. What killed processes left there under any of these names is
 * removed by a later one: logins and contexts of images are not left until an image is built again.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`.
 */
export async function temporaryDirectory(prefix = 'ssm-', parent = tmpdir()): Promise<TemporaryDirectory> {
  const path = await ownedFolder(prefix, parent)
  if (!swept.has(parent)) {
    swept.add(parent)
    for (const left of await foldersLeft(parent, (name) => afterPrefix(name, prefix) ?? anyOfOurs.exec(name)?.[1]))
      await removed(left)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

const swept = new Set<string>()

/**
 * Makes a fresh folder whose name tells which process made it.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`.
 */
export async function ownedFolder(prefix: string, parent: string): Promise<string> {
  return orStorageError({ act: 'make a folder in', path: parent, missing: 'STORAGE_DENIED' }, async () => {
    await mkdir(parent, { recursive: true })
    return mkdtemp(join(parent, `${prefix}${thisOwner()}-`))
  })
}

/** The folders made by `ownedFolder` whose process was killed; those of other computers when they are a week old. */
export const abandonedFolders = (prefix: string, parent: string): Promise<readonly string[]> =>
  foldersLeft(parent, (name) => afterPrefix(name, prefix))

const shape = new RegExp(`^(${ownerPattern})-[^-.]{6}$`)
const anyOfOurs = new RegExp(`^ssm-(?:[a-z]+-)?(${ownerPattern})-[^-.]{6}$`)

/** The owner that stands in a name behind its prefix. */
const afterPrefix = (name: string, prefix: string): string | undefined =>
  name.startsWith(prefix) ? shape.exec(name.slice(prefix.length))?.[1] : undefined

async function foldersLeft(parent: string, ownerIn: (name: string) => string | undefined): Promise<readonly string[]> {
  const names = await readdir(parent).catch((): string[] => [])
  const found: string[] = []
  for (const name of names) {
    const owner = ownerIn(name)
    if (owner !== undefined && (await isLeftBehind(join(parent, name), owner))) found.push(join(parent, name))
  }
  return found
}

async function isLeftBehind(path: string, owner: string): Promise<boolean> {
  const state = ownerState(owner)
  if (state === 'alive') return false
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isDirectory() !== true || (process.getuid !== undefined && stats.uid !== process.getuid())) return false
  return state === 'gone' || Date.now() - stats.mtimeMs > abandonedAfterMs
}

/** What cannot be removed now is left to the next. */
async function removed(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}
