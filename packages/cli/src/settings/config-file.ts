import { existsSync, lstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { nearest, taskOptions, type TrainingOptions } from '@simple-sagemaker/core/options'
import { projectOptions } from '../grammar/tables/run-options.ts'
import { pathFrom, type CliContext } from '../terminal/context.ts'
import { readOwnFile, wrong } from './own-file.ts'

/** Settings that a file, a variable or a flag can give. */
export const settingNames = [
  'platform',
  'region',
  'profile',
  'project',
  'bucket',
  'prefix',
  'python',
  'localDir',
  'prices',
  'budget',
] as const
export type SettingName = (typeof settingNames)[number]

/** What a configuration file says. */
export interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Partial<Record<SettingName, string>>>
  /** What every task starts from: options by the names the library uses. */
  readonly defaults: TrainingOptions
}

/**
 * The project's file: `ssm.config.json` of the working folder or the nearest one above, up to the root of the repository or
 * the home folder.
 */
export function projectConfig(context: CliContext): ConfigFile | undefined {
  const trusted = namedConfig(context)
  for (const folder of searchedFolders(context)) {
    const path = join(folder, 'ssm.config.json')
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return readConfig(path, path === trusted)
  }
  return undefined
}

/** The user's file: `SSM_CONFIG`, else `ssm/config.json` in the folder for configuration. */
export function userConfig(context: CliContext): ConfigFile | undefined {
  const trusted = namedConfig(context)
  if (trusted !== undefined) return readConfig(trusted, true)
  const home = context.env['XDG_CONFIG_HOME'] || join(homeOf(context), '.config')
  const path = join(home, 'ssm', 'config.json')
  return existsSync(path) ? readConfig(path, false) : undefined
}

// Whoever names a file has looked at it.
function namedConfig(context: CliContext): string | undefined {
  const named = context.env['SSM_CONFIG']
  return named === undefined || named === '' ? undefined : pathFrom(context, named)
}

const homeOf = (context: CliContext): string => context.env['HOME'] || homedir()

/** The working folder and those above it: what lies beyond a repository or a home belongs to others. */
export function searchedFolders(context: CliContext): readonly string[] {
  const folders: string[] = []
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    folders.push(folder)
    if (folder === homeOf(context) || folder === dirname(folder) || existsSync(join(folder, '.git'))) return folders
  }
}

function readConfig(path: string, isTrusted: boolean): ConfigFile {
  const found = parsed(path, isTrusted)
  const known = [...settingNames, 'defaults', '$schema']
  const unknown = Object.keys(found).find((key) => !known.includes(key))
  if (unknown !== undefined) throw wrong(path, `has an unknown key ${JSON.stringify(unknown)}`, hintFor(unknown, known))
  const settings = settingNames.flatMap((name) =>
    found[name] === undefined ? [] : [[name, settingOf(path, name, found[name])] as const],
  )
  return { path, settings: Object.fromEntries(settings), defaults: defaultsOf(path, found['defaults']) }
}

function parsed(path: string, isTrusted: boolean): Readonly<Record<string, unknown>> {
  const text = readOwnFile(path, isTrusted)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw wrong(
      path,
      `is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Correct it, or name another file with SSM_CONFIG.',
      cause,
    )
  }
  throw wrong(path, 'must hold a JSON object', 'For example: { "platform": "local", "project": "ex" }')
}

function settingOf(path: string, name: SettingName, value: unknown): string {
  const problem = typeof value === 'string' ? projectOptions[name].problems(value as never, name)[0]?.message : 'must be a text'
  if (problem !== undefined) throw wrong(path, `${name} ${problem}`, `Correct ${name} there.`)
  return String(value)
}

function defaultsOf(path: string, value: unknown): TrainingOptions {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, 'defaults must be an object of task options', 'For example: { "spot": false }')
  const names = Object.keys(taskOptions)
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined) throw wrong(path, `defaults has no option ${JSON.stringify(unknown)}`, hintFor(unknown, names))
  // Values are checked with the task, where every problem is reported at once.
  return value
}

function hintFor(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `Known are ${known.filter((name) => name !== '$schema').join(', ')}.` : `Did you mean ${near}?`
}
