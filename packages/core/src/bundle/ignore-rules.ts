import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { readText } from '../files/read.ts'
import { credentialRules, environmentFiles, inAnyCase } from './credentials.ts'

/** The file at the root of a source folder that lists what is not sent, in the syntax of `.gitignore`. */
export const ignoreFile = '.ssmignore'

/** What never goes along with code unless `.ssmignore` takes it back with `!`. */
export const builtInRules: readonly string[] = [
  '.git',
  'node_modules',
  '.venv',
  '__pycache__',
  environmentFiles,
  '.ssm',
  '.DS_Store',
  '*.pyc',
  // Emacs's locks: links that lead nowhere.
  '.#*',
  '.ssm-download*',
  ignoreFile,
]

/** The same for inputs, which are data: only what is no part of them. */
export const builtInInputRules: readonly string[] = ['.git', 'node_modules', '.ssm', '.#*', '.ssm-download*', ignoreFile]

/** Something that is not sent, and the rule that excludes it. */
export interface SkippedPath {
  /** In the code folder; a folder, with all that is in it, ends in `/`. */
  readonly path: string
  readonly rule: string
}

/** A rule that keeps this path at home, or `undefined`. Paths are relative to the folder, without a last slash. */
export type IgnoreRules = (path: string, kind: 'file' | 'folder') => string | undefined

/** Whether a path is not sent because it seems to hold credentials. */
export const isCredential = ({ rule }: SkippedPath): boolean => rule.endsWith(credentialMark)

const credentialMark = '(credentials)'

/**
 * The rules for one folder: the built-in ones for code or for an input, and those of its `.ssmignore`.
 * @throws {SsmError} `STORAGE_DENIED` when `.ssmignore` cannot be read.
 */
export async function ignoreRulesOf(folder: string, of: 'code' | 'input' = 'code'): Promise<IgnoreRules> {
  const own = await readText(join(folder, ignoreFile))
  if (of === 'input' && own === undefined) return ruleForInput
  const rules: Ignore = ignore({ ignorecase: false })
  rules.add((of === 'code' ? builtInRules : builtInInputRules).map((pattern) => ({ pattern, mark: '(built in)' })))
  if (of === 'code') rules.add(credentialRules.map((pattern) => ({ pattern: inAnyCase(pattern), mark: credentialMark })))
  if (own !== undefined) rules.add(own.split(/\r?\n/).map((pattern) => ({ pattern, mark: `(${ignoreFile})` })))
  return (path, kind) => {
    const { ignored, rule } = rules.test(kind === 'folder' ? `${path}/` : path)
    return ignored && rule !== undefined ? `${shownPattern(rule)} ${rule.mark ?? ''}` : undefined
  }
}

/** As it is listed, not as it was made to fit any case. */
const shownPattern = ({ pattern, mark }: { readonly pattern: string; readonly mark?: string | undefined }): string =>
  mark === credentialMark ? pattern.replace(/\[([a-z])[A-Z]\]/g, '$1') : pattern

const plainInputRules = new Set(builtInInputRules.filter((rule) => !rule.endsWith('*')))
const inputPrefixes = builtInInputRules.filter((rule) => rule.endsWith('*')).map((rule) => rule.slice(0, -1))

/** The same as the built-in rules say, by the name alone: a folder of data may have a million files. */
const ruleForInput: IgnoreRules = (path) => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const isOut = name.startsWith('.') || name === 'node_modules'
  if (!isOut || !(plainInputRules.has(name) || inputPrefixes.some((prefix) => name.startsWith(prefix)))) return undefined
  return `${name} (built in)`
}
