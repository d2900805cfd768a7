import { copyFileSync, constants, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path/posix'
import { fsCodeOf } from '../files/fs-errors.ts'
import { below, eachEntry, inTurns, statsAt } from '../files/downloads/entries.ts'
import type { SizeGuard } from './limits.ts'
import { rawPath, shownName } from './raw-name.ts'

/** A link of an archive: its own name and what it points to, both with one character for each byte. */
export interface ArchivedLink {
  readonly kind: 'symbolic' | 'hard'
  readonly target: string
}

/** Something of an archive that did not arrive, and why. */
export interface LeftOut {
  readonly name: string
  readonly reason: string
}

export interface LinkOptions {
  /** The folder the archive was unpacked into. */
  readonly folder: string
  /** Absolute paths that mean the archive's root: where the machine had the folder. */
  readonly roots: readonly string[]
  readonly guard: SizeGuard
  readonly onFile: (bytes: number) => void
}

const mostHops = 40

/**
 * Puts a copy of its content in the place of each link that leads to something in the same archive. The others are left
 * out: those that point outside, to nothing, or form a loop.
 */
export async function copyLinks(links: ReadonlyMap<string, ArchivedLink>, options: LinkOptions): Promise<readonly LeftOut[]> {
  const leftOut: LeftOut[] = []
  let waiting = [...links.keys()].toSorted((one, other) => depthOf(other) - depthOf(one))
  // A link to a folder that holds links itself waits for those.
  for (let progress = true; progress && waiting.length > 0;) {
    const later: string[] = []
    const holding = foldersOf(waiting)
    for await (const name of inTurns(waiting)) {
      const target = targetOf(name, links, options)
      if (typeof target === 'object') leftOut.push({ name: shownName(name), ...target })
      else if (isFolder(target, options) && (holding.get(target) ?? 0) > 0) later.push(name)
      else {
        const reason = await copied(target, name, options)
        if (reason !== undefined) leftOut.push({ name: shownName(name), reason })
        for (const folder of above(name)) holding.set(folder, (holding.get(folder) ?? 0) - 1)
      }
    }
    progress = later.length < waiting.length
    waiting = later
  }
  return [...leftOut, ...waiting.map((name) => ({ name: shownName(name), reason: 'it is part of a loop of links' }))]
}

const depthOf = (name: string): number => name.split('/').length

/** Where a link leads in the end, without any link on the way; `''` is the archive's root. */
function targetOf(
  name: string,
  links: ReadonlyMap<string, ArchivedLink>,
  { roots }: LinkOptions,
): string | { readonly reason: string } {
  let rest = name.split('/')
  let at: string[] = []
  for (let hops = 0; rest.length > 0;) {
    const [part = '', ...following] = rest
    rest = following
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (at.pop() === undefined) return { reason: 'it points outside the folder' }
      continue
    }
    at.push(part)
    const link = links.get(at.join('/'))
    if (link === undefined) continue
    if ((hops += 1) > mostHops) return { reason: 'it is part of a loop of links' }
    const target = relativeTo(roots, link.target)
    if (target === undefined) return { reason: `it points to ${shownName(link.target)}, outside the folder` }
    at = target.fromRoot || link.kind === 'hard' ? [] : at.slice(0, -1)
    rest = [...target.path.split('/'), ...rest]
  }
  return at.join('/')
}

function relativeTo(roots: readonly string[], target: string): { readonly path: string; readonly fromRoot: boolean } | undefined {
  if (!target.startsWith('/')) return { path: target, fromRoot: false }
  const root = roots.find((each) => target === each || target.startsWith(`${each}/`))
  return root === undefined ? undefined : { path: target.slice(root.length), fromRoot: true }
}

/** How many of these names lie in each folder, at any depth. */
function foldersOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) for (const folder of above(name)) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  return counts
}

function above(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}

const isFolder = (target: string, { folder }: LinkOptions): boolean => statsAt(rawPath(folder, target))?.isDirectory() === true

async function copied(target: string, name: string, options: LinkOptions): Promise<string | undefined> {
  const [from, to] = [rawPath(options.folder, target), rawPath(options.folder, name)]
  const stats = statsAt(from)
  if (stats === undefined) return 'its target does not exist'
  const there = statsAt(to)
  if (there?.isDirectory() === true || to.equals(from)) return 'something else of the archive has its name'
  // As with files, the later of two of one name counts, and links are looked up last.
  if (there !== undefined) unlinkSync(to)
  mkdirSync(rawPath(options.folder, dirname(name)), { recursive: true })
  if (stats.isFile()) return copyFile(from, to, options)
  // Its content is noted first: it must not grow by what is copied into it.
  const content = [...eachEntry(from, 'folders first')]
  mkdirSync(to)
  for await (const { path, inside, isFolder } of inTurns(content)) {
    if (isFolder) {
      options.guard.copied(0)
      mkdirSync(below(to, inside))
    } else copyFile(path, below(to, inside), options)
  }
  return undefined
}

function copyFile(from: Buffer, to: Buffer, { guard, onFile }: LinkOptions): undefined {
  const { size } = lstatSync(from)
  guard.copied(size)
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  } catch (cause) {
    if (fsCodeOf(cause) !== 'EEXIST') throw cause
    return undefined
  }
  onFile(size)
  return undefined
}
