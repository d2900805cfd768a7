import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs'
import { dirname, join } from 'node:path'
import { sortByBytes } from '../../files/byte-order.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'

/** A file that a machine left, as it is to be stored. */
export interface MachineFile {
  /** Where its bytes are. */
  readonly path: string
  readonly stats: FileStats
}

/** What is asked of a file's facts. All that the system tells would be a gigabyte for a million files. */
export type FileStats = Pick<BigIntStats, 'ino' | 'size' | 'mode' | 'mtimeNs' | 'ctimeNs'>

const fewer = ({ ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): FileStats => ({ ino, size, mode, mtimeNs, ctimeNs })

/** What a machine left in a folder. */
export interface FolderFiles {
  /** By relative name, in byte order. A link that leads to something in the folder counts as what it points to. */
  readonly files: ReadonlyMap<string, MachineFile>
  /** What cannot be stored, with the reason: links that lead elsewhere, pipes, names that are not UTF-8. */
  readonly leftOut: readonly string[]
}

const mostHops = 40
/** Links to folders with links to folders could go on for ever. */
const mostLinked = 100_000

/**
 * Finds the files below a folder of a machine.
 * @param folder where it lies on this computer
 * @param machinePath what the machine calls it: an absolute link may say so
 */
export function filesOf(folder: string, machinePath: string): FolderFiles {
  const files: [string, MachineFile][] = []
  const leftOut: string[] = []
  let linked = 0
  const visit = (real: string, prefix: string, above: readonly string[]): void => {
    for (const bytes of namesIn(real)) {
      const name = prefix + bytes.toString()
      if (!Buffer.from(bytes.toString()).equals(bytes)) leftOut.push(`${prefix}${escaped(bytes)} (its name is not valid UTF-8)`)
      else add(join(real, bytes.toString()), name, above)
    }
  }
  const add = (path: string, name: string, above: readonly string[]): void => {
    const own = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (own === undefined) return
    const target = own.isSymbolicLink() ? targetOf(path, folder, machinePath) : { path, stats: own }
    if (target === undefined || (own.isSymbolicLink() && (linked += 1) > mostLinked))
      leftOut.push(`${name} (a link to ${readlinkSync(path)}, which is not in this folder)`)
    else if (target.stats.isFile()) files.push([name, { path: target.path, stats: fewer(target.stats) }])
    else if (!target.stats.isDirectory()) leftOut.push(`${name} (it is neither a file nor a folder)`)
    else if (above.includes(target.path)) leftOut.push(`${name} (a link to a folder that contains it)`)
    else visit(target.path, `${name}/`, [...above, target.path])
  }
  visit(folder, '', [folder])
  return { files: new Map(sortByBytes(files, ([name]) => name)), leftOut }
}

interface Target {
  readonly path: string
  readonly stats: BigIntStats
}

/** What a link in a folder points to, without any link on the way; `undefined` when that is elsewhere or nothing. */
function targetOf(link: string, folder: string, machinePath: string): Target | undefined {
  let at = dirname(link)
  let rest = [link.slice(at.length + 1)]
  for (let hops = 0; rest.length > 0;) {
    const [part = '', ...following] = rest
    rest = following
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (at === folder) return undefined
      at = dirname(at)
      continue
    }
    const path = join(at, part)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isSymbolicLink() !== true) {
      at = path
      continue
    }
    const target = readlinkSync(path)
    const inside = insideOf(target, [machinePath, folder])
    if ((hops += 1) > mostHops || (inside === undefined && target.startsWith('/'))) return undefined
    if (inside !== undefined) at = folder
    rest = [...(inside ?? target).split('/'), ...rest]
  }
  const stats = lstatSync(at, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : { path: at, stats }
}

function insideOf(target: string, folders: readonly string[]): string | undefined {
  const folder = folders.find((each) => target === each || target.startsWith(`${each}/`))
  return folder === undefined ? undefined : target.slice(folder.length)
}

function namesIn(folder: string): readonly Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' })
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return []
    throw cause
  }
}

const escaped = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
