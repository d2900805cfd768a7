import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What `programs/record-changes.cjs` writes down. */
export type Change =
  | { readonly kind: 'dirty'; readonly ino: number }
  | { readonly kind: 'synced'; readonly ino: number; readonly content: string }
  | { readonly kind: 'folder-synced' }
  | { readonly kind: 'name'; readonly path: string; readonly ino: number; readonly mode: number; readonly dirty: boolean }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'moved'; readonly from: string; readonly to: string }
  | { readonly kind: 'gone'; readonly path: string }

export function readJournal(path: string): readonly Change[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Change]))
}

/**
 * What a disk may hold after a crash. `names`: every name there was, but of each file only the bytes that were synced, as a file system
 * does that writes names before bytes. `synced`: nothing after the last sync, neither names nor bytes.
 */
export type Disk = 'names' | 'synced'

type Entry =
  | { readonly kind: 'file'; readonly ino: number; readonly mode: number }
  | { readonly kind: 'folder'; readonly mode: number }
  | { readonly kind: 'link'; readonly to: string }

/** What is on the disk when the computer stops after the first `count` changes. */
export function diskAfter(changes: readonly Change[], count: number, disk: Disk): Tree {
  const seen = changes.slice(0, count)
  const last =
    disk === 'names' ? seen.length : seen.findLastIndex(({ kind }) => kind === 'synced' || kind === 'folder-synced') + 1
  const names = new Map<string, Entry>()
  const bytes = new Map<number, Buffer>()
  for (const change of seen.slice(0, last)) apply(change, names, bytes)
  return { names, bytes }
}

export interface Tree {
  readonly names: ReadonlyMap<string, Entry>
  readonly bytes: ReadonlyMap<number, Buffer>
}

function apply(change: Change, names: Map<string, Entry>, bytes: Map<number, Buffer>): void {
  switch (change.kind) {
    case 'synced':
      bytes.set(change.ino, Buffer.from(change.content, 'base64'))
      return
    case 'name': {
      // A number that is used again is another file.
      const known = [...names.values()].some((entry) => entry.kind === 'file' && entry.ino === change.ino)
      if (!known) bytes.delete(change.ino)
      names.set(change.path, { kind: 'file', ino: change.ino, mode: change.mode })
      return
    }
    case 'folder':
      names.set(change.path, { kind: 'folder', mode: change.mode })
      return
    case 'link':
      names.set(change.path, { kind: 'link', to: change.to })
      return
    case 'moved':
      move(change.from, change.to, names)
      return
    case 'gone':
      for (const path of below(change.path, names)) names.delete(path)
      return
    case 'dirty':
    case 'folder-synced':
  }
}

function move(from: string, to: string, names: Map<string, Entry>): void {
  const moved = below(from, names).map((path) => [path, names.get(path)] as const)
  for (const path of below(to, names)) names.delete(path)
  for (const [path, entry] of moved) {
    names.delete(path)
    if (entry !== undefined) names.set(to + path.slice(from.length), entry)
  }
}

const below = (folder: string, names: ReadonlyMap<string, Entry>): readonly string[] =>
  [...names.keys()].filter((path) => path === folder || path.startsWith(`${folder}/`))

/** Puts a tree where the folders were. */
export function restore({ names, bytes }: Tree, folders: readonly string[]): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  for (const [path, entry] of [...names].sort(([one], [other]) => one.length - other.length)) {
    mkdirSync(entry.kind === 'folder' ? path : dirname(path), { recursive: true })
    if (entry.kind === 'file') writeFileSync(path, bytes.get(entry.ino) ?? '', { mode: entry.mode })
    if (entry.kind === 'link') symlinkSync(entry.to, path)
    if (entry.kind === 'folder') chmodSync(path, entry.mode)
  }
}
