import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { readText } from '../files/read.ts'

/** The file at the root of a source folder that says what stays at home, in the syntax of `.gitignore`. */
export const ignoreFile = '.ssmignore'

/** What never goes along unless `.ssmignore` takes it back with `!`. */
export const builtInRules: readonly string[] = [
  '.git',
  'node_modules',
  '.venv',
  '__pycache__',
  '.env*',
  '.ssm',
  '.DS_Store',
  '*.pyc',
  ignoreFile,
]

/** Something that stayed at home, and the rule that says so. */
export interface SkippedPath {
  /** In the code folder; a folder, with all that is in it, ends in `/`. */
  readonly path: string
  readonly rule: string
}

/** A rule that keeps this path at home, or `undefined`. Paths are relative to the folder, without a last slash. */
export type IgnoreRules = (path: string, kind: 'file' | 'folder') => string | undefined

/**
 * The rules for one folder: the built-in ones and those of its `.ssmignore`.
 * @throws {SsmError} `STORAGE_DENIED` when `.ssmignore` cannot be read.
 */
export async function ignoreRulesOf(folder: string): Promise<IgnoreRules> {
  const rules: Ignore = ignore({ ignorecase: false })
  rules.add(builtInRules.map((pattern) => ({ pattern, mark: 'built in' })))
  const own = await readText(join(folder, ignoreFile))
  if (own !== undefined) rules.add(own.split(/\r?\n/).map((pattern) => ({ pattern, mark: ignoreFile })))
  return (path, kind) => {
    const { ignored, rule } = rules.test(kind === 'folder' ? `${path}/` : path)
    return ignored && rule !== undefined ? `${rule.pattern} (${rule.mark ?? ignoreFile})` : undefined
  }
}
