import { lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'

/** One entry of this computer that a machine sees at the same path. */
export interface Binding {
  readonly from: string
  readonly to: string
}

/**
 * Makes a machine's tree a folder that can be its `/`: every entry of this computer's `/` gets a place to be mounted at, a
 * link is made anew, and the machine's own folders stay as they are. Gives what is to be mounted, in this order.
 * @param own the machine's own folders, as absolute paths on it: this computer's of the same name are not seen.
 */
export function makeRootFolder(root: string, own: readonly string[]): readonly Binding[] {
  const bindings = bindingsBelow('', root, ['/opt/ml', ...own])
  // What holds the tree itself comes first: mounted later, it would bring along all that was mounted in the tree before.
  const first = bindings.filter(({ from }) => `${root}/`.startsWith(`${from}/`))
  return [...first, ...bindings.filter((binding) => !first.includes(binding))]
}

function bindingsBelow(folder: string, root: string, own: readonly string[]): readonly Binding[] {
  return readdirSync(folder === '' ? '/' : folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (own.includes(path)) return []
    try {
      if (own.some((each) => each.startsWith(`${path}/`)) && isFolder(path)) return bindingsBelow(path, root, own)
      const target = join(root, path)
      return place(entry, path, target) ? [{ from: path, to: target }] : []
    } catch (cause) {
      // Somebody removed it meanwhile.
      if (fsCodeOf(cause) === 'ENOENT') return []
      throw cause
    }
  })
}

/** Makes an entry to mount something at; `false` when nothing is to be mounted there. */
function place(entry: Dirent, path: string, target: string): boolean {
  // A machine that is started again has them already.
  const isThere = lstatSync(target, { throwIfNoEntry: false }) !== undefined
  if (entry.isSymbolicLink()) {
    if (!isThere) symlinkSync(readlinkSync(path), target)
    return false
  }
  if (entry.isDirectory()) mkdirSync(target, { recursive: true })
  else if (!entry.isFile()) return false
  else if (!isThere) writeFileSync(target, '', { mode: 0o600 })
  return true
}

// `/opt` may be a link: then the machine has its own, with nothing but the machine's folders in it.
const isFolder = (path: string): boolean => lstatSync(path).isDirectory()

/** The bindings as `mount --all` reads them. What is removed until then is left out: others use this computer, too. */
export function mountTable(bindings: readonly Binding[]): string {
  return bindings.map(({ from, to }) => `${escaped(from)} ${escaped(to)} none rbind,nofail 0 0\n`).join('')
}

// What separates fields and lines, and begins a comment or an escape, as three octal digits of one byte: other white space of Unicode is
// several bytes, and means nothing there.
const escaped = (path: string): string =>
  path.replace(/[ \t\n\v\f\r\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
