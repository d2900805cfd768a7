import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file of the project: its path from the root, with slashes, and its text. */
export interface ProjectFile {
  readonly path: string
  readonly text: string
}

const root = new URL('../../../', import.meta.url)

/** The folder of the clone. */
export const rootPath = fileURLToPath(root)

// New files count too: a rule that only sees committed files speaks too late.
const paths: readonly string[] = [
  ...new Set(
    execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split(
      '\0',
    ),
  ),
]
  .filter((path) => path !== '' && existsSync(new URL(encodeURI(path), root)))
  .toSorted()

/** The files of the project whose path the test accepts. */
export function projectFiles(accepts: (path: string) => boolean): readonly ProjectFile[] {
  return paths.filter(accepts).map((path) => ({ path, text: readFileSync(new URL(encodeURI(path), root), 'utf8') }))
}

/** One file of the project by its path, or undefined. */
export const projectFile = (path: string): ProjectFile | undefined => projectFiles((candidate) => candidate === path)[0]

/** Whether a path is TypeScript that ships: no test, no declaration. */
export const isSource = (path: string): boolean =>
  /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !/\.(test|test-d|d)\.ts$/.test(path)

/** Whether a path is a source of core. */
export const isCoreSource = (path: string): boolean => isSource(path) && path.startsWith('packages/core/src/')
