import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mostListBytes, readTextNow } from '../../files/read.ts'

/** What stands in an environment's pointer: it is written last, so that what it names is whole. */
interface Pointer {
  readonly v: 1
  readonly folder: string
  /** Of the list of its files. */
  readonly sha256: string
}

const pointerName = 'whole.json'
const listName = 'ssm-files.json'

/** The finished environment of this place; `undefined` when there is none, or one whose files are no longer as they were installed. */
export function wholeEnvironment(place: string): string | undefined {
  try {
    const pointer = JSON.parse(readTextNow(join(place, pointerName))) as Pointer
    const folder = join(place, pointer.folder)
    const list = readTextNow(join(folder, listName), mostListBytes)
    if (pointer.v !== 1 || /[/\\]|^\.+$/.test(pointer.folder) || digestOf(list) !== pointer.sha256) return undefined
    const files = JSON.parse(list) as readonly (readonly [path: string, size: number, mtimeMs: number])[]
    return files.every(([path, size, mtimeMs]) => isUnchanged(join(folder, path), size, mtimeMs)) ? folder : undefined
  } catch {
    // Unreadable in whatever way: it is made anew.
    return undefined
  }
}

/** Puts on record that an environment is whole. Until then nobody is led to it. */
export function declareWhole(place: string, name: string): void {
  const folder = join(place, name)
  const list = JSON.stringify([...filesBelow(folder, '')])
  writeFileSync(join(folder, listName), list, { mode: 0o600 })
  const pointer: Pointer = { v: 1, folder: name, sha256: digestOf(list) }
  const next = join(place, `${pointerName}.${name}`)
  writeFileSync(next, JSON.stringify(pointer), { mode: 0o600 })
  renameSync(next, join(place, pointerName))
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

function isUnchanged(path: string, size: number, mtimeMs: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats.size === size && stats.mtimeMs === mtimeMs
}

// Python writes its compiled files whenever it likes.
function* filesBelow(folder: string, prefix: string): Generator<readonly [string, number, number]> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = join(prefix, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== '__pycache__') yield* filesBelow(folder, path)
      continue
    }
    const { size, mtimeMs } = lstatSync(join(folder, path))
    yield [path, size, mtimeMs]
  }
}
