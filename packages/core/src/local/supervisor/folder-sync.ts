import { lstatSync, readdirSync, type BigIntStats, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { safeJoin } from '../../archive/safe-path.ts'
import { sortByBytes } from '../../files/byte-order.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { addressOf, folderUri, joinUri, type ObjectUri } from '../../names/object-uri.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { copy, put, type MachineTree } from '../machine/tree.ts'

/** A folder that all machines of a job share with the store: checkpoints, or an output. */
export interface FolderSync {
  /** Brings everything from the store to every machine. */
  restore(signal: AbortSignal): Promise<void>
  /** Brings to the store what the machines changed since the last time. */
  push(): Promise<void>
}

/**
 * Keeps a folder of several machines and a folder of the store together. Of a file that several machines changed, the
 * newest version counts. With `deletes`, a file that a machine had and removed is removed from the store too; but what lies
 * under another machine's name (`algo-2/…`) is that machine's own, and its absence elsewhere means nothing.
 */
export function folderSync(
  trees: readonly MachineTree[],
  path: string,
  uri: ObjectUri,
  objects: DirectoryObjects,
  options: { readonly deletes: boolean },
): FolderSync {
  const sides = trees.map((tree) => ({ host: tree.host, folder: join(tree.root, path), known: new Map<string, string>() }))
  return {
    restore: (signal) => restore(sides, uri, objects, signal),
    async push() {
      const changes = sides.flatMap((side) => changesOf(side, sides, options))
      await objects.remove(changes.filter((change) => change.stats === undefined).map((change) => joinUri(uri, change.name)))
      const written = changes.flatMap((change) => (change.stats === undefined ? [] : [{ ...change, stats: change.stats }]))
      // The newest last, so that it stays.
      written.sort((left, right) => Number(left.stats.mtimeNs - right.stats.mtimeNs))
      for (const { side, name, stats } of written) {
        await upload(join(side.folder, name), joinUri(uri, name), Number(stats.size), objects)
        side.known.set(name, stampOf(stats))
      }
    },
  }
}

interface Side {
  readonly host: string
  readonly folder: string
  /** What the store has of this side's files, by name. */
  readonly known: Map<string, string>
}

interface Change {
  readonly side: Side
  readonly name: string
  /** `undefined`: it was removed. */
  readonly stats: BigIntStats | undefined
}

async function restore(sides: readonly Side[], uri: ObjectUri, objects: DirectoryObjects, signal: AbortSignal): Promise<void> {
  const folder = folderUri(uri)
  for await (const stored of objects.list(folder, { signal })) {
    const name = addressOf(stored.uri).key.slice(addressOf(folder).key.length)
    const source = objects.pathOf(stored.uri)
    if (name === '' || name.endsWith('/') || source === undefined) continue
    for (const side of sides) {
      const target = safeJoin(side.folder, name)
      await put(source, target, copy)
      side.known.set(name, stampOf(lstatSync(target, { bigint: true })))
    }
  }
}

function changesOf(side: Side, sides: readonly Side[], options: { readonly deletes: boolean }): readonly Change[] {
  const files = filesIn(side.folder)
  const changed = [...files].filter(([name, stats]) => side.known.get(name) !== stampOf(stats) && !isStaleCopy(side, name, sides))
  const removed = [...side.known.keys()].filter((name) => !files.has(name))
  for (const name of removed) side.known.delete(name)
  return [
    ...changed.map(([name, stats]) => ({ side, name, stats })),
    ...(options.deletes ? removed.filter((name) => !isOfAnother(side, name)) : []).map((name) => ({
      side,
      name,
      stats: undefined,
    })),
  ]
}

const isOfAnother = (side: Side, name: string): boolean => /^algo-\d+\//.test(name) && !name.startsWith(`${side.host}/`)

/** Machines begin with copies of each other's folders; the owner's version is the one that counts, when it has one. */
function isStaleCopy(side: Side, name: string, sides: readonly Side[]): boolean {
  if (!isOfAnother(side, name) || side.known.has(name)) return false
  const owner = sides.find((each) => name.startsWith(`${each.host}/`))
  return owner !== undefined && lstatSync(join(owner.folder, name), { throwIfNoEntry: false }) !== undefined
}

async function upload(path: string, uri: ObjectUri, sizeBytes: number, objects: DirectoryObjects): Promise<void> {
  try {
    await objects.write(uri, { kind: 'file', path, sizeBytes })
  } catch (cause) {
    // Removed while it was on its way: the next look will see that.
    if (!isSsmError(cause, 'INPUT_MISSING')) throw cause
  }
}

/** Every regular file below a folder, by its relative name, in byte order. Links, pipes and sockets stay behind. */
export function filesIn(folder: string): ReadonlyMap<string, BigIntStats> {
  const found: [string, BigIntStats][] = []
  const visit = (path: string, prefix: string): void => {
    for (const entry of direntsOf(path)) {
      const inside = join(path, entry.name)
      if (entry.isDirectory()) visit(inside, `${prefix}${entry.name}/`)
      if (!entry.isFile()) continue
      const stats = lstatSync(inside, { bigint: true, throwIfNoEntry: false })
      if (stats !== undefined) found.push([prefix + entry.name, stats])
    }
  }
  visit(folder, '')
  return new Map(sortByBytes(found, ([name]) => name))
}

function direntsOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return []
    throw cause
  }
}

const stampOf = (stats: BigIntStats): string => `${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`
