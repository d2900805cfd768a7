import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { safeJoin } from '../../archive/safe-path.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { addressOf, folderUri, joinUri, type ObjectUri } from '../../names/object-uri.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { filesOf, type MachineFile, type FileStats } from './folder-files.ts'
import { copy, placeAt, type MachineTree } from '../machine/tree.ts'

/** What was stored, and what cannot be, with the reason. */
export interface Pushed {
  readonly written: readonly ObjectUri[]
  readonly leftOut: readonly string[]
}

/** A folder that all machines of a job share with the store: checkpoints, or an output. */
export interface FolderSync {
  /** Brings everything from the store to every machine. */
  restore(signal: AbortSignal): Promise<void>
  /** Instead of a restore, for machines that ended: what the store has is what they once got. */
  resume(signal: AbortSignal): Promise<void>
  /** Brings to the store what the machines changed since the last time. */
  push(): Promise<Pushed>
  /** Everything that was ever brought to the store, also what the last look left as it was. */
  stored(): readonly ObjectUri[]
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
  options: {
    readonly deletes: boolean
    /** Called with each file that a machine was given. */
    readonly onGiven?: (file: string) => void
  },
): FolderSync {
  const sides = trees.map((tree) => ({ host: tree.host, folder: join(tree.root, path), path, known: new Map<string, string>() }))
  const stored = new Set<ObjectUri>()
  return {
    stored: () => [...stored],
    restore: (signal) => restore(sides, uri, { objects, ...options }, signal),
    resume: (signal) => resume(sides, uri, objects, signal),
    async push() {
      const left = sides.map((side) => ({ side, ...filesOf(side.folder, side.path) }))
      const changes = left.flatMap(({ side, files }) => changesOf(side, files, sides, options))
      await objects.remove(changes.filter((change) => change.file === undefined).map((change) => joinUri(uri, change.name)))
      const written = changes.flatMap((change) => (change.file === undefined ? [] : [{ ...change, file: change.file }]))
      // The newest last, so that it stays.
      written.sort((one, other) => Number(one.file.stats.mtimeNs - other.file.stats.mtimeNs))
      for (const { side, name, file } of written) {
        await upload(file.path, joinUri(uri, name), Number(file.stats.size), objects)
        side.known.set(name, stampOf(file.stats))
        stored.add(joinUri(uri, name))
      }
      return {
        written: written.map((change) => joinUri(uri, change.name)),
        leftOut: left.flatMap(({ leftOut }) => leftOut),
      }
    },
  }
}

interface Side {
  readonly host: string
  readonly folder: string
  /** What the machine calls the folder. */
  readonly path: string
  /** What the store has of this side's files, by name. */
  readonly known: Map<string, string>
}

interface Change {
  readonly side: Side
  readonly name: string
  /** `undefined`: it was removed. */
  readonly file: MachineFile | undefined
}

async function restore(
  sides: readonly Side[],
  uri: ObjectUri,
  { objects, onGiven }: { readonly objects: DirectoryObjects; readonly onGiven?: (file: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const folder = folderUri(uri)
  for await (const stored of objects.list(folder, { signal })) {
    const name = addressOf(stored.uri).key.slice(addressOf(folder).key.length)
    const source = objects.pathOf(stored.uri)
    if (name === '' || name.endsWith('/') || source === undefined) continue
    for (const side of sides) {
      const target = safeJoin(side.folder, name)
      await placeAt(source, target, copy)
      onGiven?.(target)
      side.known.set(name, stampOf(lstatSync(target, { bigint: true })))
    }
  }
}

/** What the store has is what the machines once got. */
async function resume(sides: readonly Side[], uri: ObjectUri, objects: DirectoryObjects, signal: AbortSignal): Promise<void> {
  const folder = folderUri(uri)
  for await (const stored of objects.list(folder, { signal })) {
    const name = stored.uri.slice(folder.length)
    for (const side of sides) side.known.set(name, isOfAnother(side, name) ? stampIn(side.folder, name) : '')
  }
}

function changesOf(
  side: Side,
  files: ReadonlyMap<string, MachineFile>,
  sides: readonly Side[],
  options: { readonly deletes: boolean },
): readonly Change[] {
  const changed = [...files].filter(
    ([name, { stats }]) => side.known.get(name) !== stampOf(stats) && !isStaleCopy(side, name, sides),
  )
  const removed = [...side.known.keys()].filter((name) => !files.has(name))
  for (const name of removed) side.known.delete(name)
  return [
    ...changed.map(([name, file]) => ({ side, name, file })),
    ...(options.deletes ? removed.filter((name) => !isOfAnother(side, name)) : []).map((name) => ({
      side,
      name,
      file: undefined,
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

function stampIn(folder: string, name: string): string {
  const stats = lstatSync(join(folder, name), { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : stampOf(stats)
}

const stampOf = (stats: FileStats): string => `${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`
