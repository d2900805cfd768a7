import { createReadStream } from 'node:fs'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { posix } from 'node:path'
import { readTextNow } from '../../files/read.ts'
import { readArchived } from '../../archive/read-one.ts'

/** A file of requirements with the files that it includes, as they lie in a job's code. */
export interface Requirements {
  /** Path in the code folder to text. */
  readonly files: ReadonlyMap<string, string>
  /** The same without comments, blanks and line ends: what decides which packages are installed. */
  readonly normalised: readonly (readonly [path: string, lines: readonly string[]])[]
  /** They are installed from wheels beside them, by digest. */
  readonly isLock?: true
}

const mostBytes = 4 * 1024 * 1024
const mostFiles = 100
export const requirementsFile = 'requirements.txt'

/**
 * Reads the requirements in a job's bundle. `undefined` when they name anything beside packages of an index (files of the code, a
 * repository, variables): what that is may change although the text does not.
 */
export async function bundledRequirements(bundle: string): Promise<Requirements | undefined> {
  const files = new Map<string, string>()
  const normalised: (readonly [string, readonly string[]])[] = []
  for (const waiting = [requirementsFile]; waiting.length > 0;) {
    const path = waiting.shift() ?? ''
    if (files.has(path)) continue
    const bytes = files.size < mostFiles ? await readArchived(createReadStream(bundle), path, mostBytes) : undefined
    if (bytes === undefined) return undefined
    const lines = requirementLines(new TextDecoder().decode(bytes))
    const included = lines.map((line) => includedBy(line, path))
    if (lines.some((line, index) => included[index] === undefined && !namesPackages(line))) return undefined
    files.set(path, new TextDecoder().decode(bytes))
    normalised.push([path, lines])
    waiting.push(...included.filter((name) => name !== undefined))
  }
  return { files, normalised }
}

/** The lock of a job's wheels; `undefined` when the job has none. */
export function readLock(path: string): Requirements | undefined {
  try {
    const text = readTextNow(path)
    return { files: new Map([[requirementsFile, text]]), normalised: [['lock', requirementLines(text)]], isLock: true }
  } catch (cause) {
    if (fsCodeOf(cause) !== 'ENOENT') throw cause
    return undefined
  }
}

/** The lines that say something, continued ones joined, with single blanks. */
export function requirementLines(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(^|\s)#.*$/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '')
}

/** The file that a line includes, as a path in the code folder. */
function includedBy(line: string, from: string): string | undefined {
  const found = /^(?:-r|-c|--requirement|--constraint)[ =]?(?! )(.+)$/.exec(line)?.[1]?.replaceAll(/^["']|["']$/g, '')
  if (found === undefined || found.includes('://') || found.startsWith('/')) return undefined
  const path = posix.join(posix.dirname(from), found)
  return path.startsWith('../') ? undefined : path
}

const indexOption =
  /^(-i|--index-url|--extra-index-url|--no-index|--pre|--prefer-binary|--only-binary|--no-binary|--require-hashes|--trusted-host|--use-feature)\b/

/** Whether a line is a requirement of an index, an address with a fixed file, or an option that has no path. */
function namesPackages(line: string): boolean {
  if (line.includes('${')) return false
  if (line.startsWith('-')) return indexOption.test(line)
  const requirement = line.split(';')[0] ?? ''
  if (/^[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*@\s*https:\/\/\S+$/.test(requirement.replace(/ --hash=\S+/g, '').trim())) return true
  return /^[A-Za-z0-9]/.test(requirement) && !/[/\\]|\.(whl|zip|tar\.gz)\b/.test(requirement.replaceAll(/--hash=\S+/g, ''))
}
