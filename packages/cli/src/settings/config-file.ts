import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { SsmError } from '@simple-sagemaker/core'
import { nearest, taskOptions, type TrainingOptions } from '@simple-sagemaker/core/options'
import { projectOptions } from '../grammar/tables/run-options.ts'
import { pathFrom, type CliContext } from '../terminal/context.ts'

/** Settings that a file, a variable or a flag can give. */
export const settingNames = ['platform', 'region', 'profile', 'project', 'bucket', 'prefix'] as const
export type SettingName = (typeof settingNames)[number]

/** What a configuration file says. */
export interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Partial<Record<SettingName, string>>>
  /** What every task starts from: options by the names the library uses. */
  readonly defaults: TrainingOptions
}

/** The project's file: `ssm.config.json` of the working folder or the nearest one above. */
export function projectConfig(context: CliContext): ConfigFile | undefined {
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    const path = join(folder, 'ssm.config.json')
    if (existsSync(path)) return readConfig(path)
    if (folder === dirname(folder)) return undefined
  }
}

/** The user's file: `SSM_CONFIG`, else `ssm/config.json` in the folder for configuration. */
export function userConfig(context: CliContext): ConfigFile | undefined {
  const named = context.env['SSM_CONFIG']
  if (named !== undefined && named !== '') return readConfig(pathFrom(context, named))
  const home = context.env['XDG_CONFIG_HOME'] || join(context.env['HOME'] || homedir(), '.config')
  const path = join(home, 'ssm', 'config.json')
  return existsSync(path) ? readConfig(path) : undefined
}

function readConfig(path: string): ConfigFile {
  const found = parsed(path)
  const known = [...settingNames, 'defaults', '$schema']
  const unknown = Object.keys(found).find((key) => !known.includes(key))
  if (unknown !== undefined) throw wrong(path, `has an unknown key ${JSON.stringify(unknown)}`, hintFor(unknown, known))
  const settings = settingNames.flatMap((name) =>
    found[name] === undefined ? [] : [[name, settingOf(path, name, found[name])] as const],
  )
  return { path, settings: Object.fromEntries(settings), defaults: defaultsOf(path, found['defaults']) }
}

function parsed(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw wrong(
      path,
      `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Mend it, or name another one with SSM_CONFIG.',
      cause,
    )
  }
  throw wrong(path, 'must hold a JSON object', 'For example: { "platform": "local", "project": "ex" }')
}

function settingOf(path: string, name: SettingName, value: unknown): string {
  const problem = typeof value === 'string' ? projectOptions[name].problems(value as never, name)[0]?.message : 'must be a text'
  if (problem !== undefined) throw wrong(path, `${name} ${problem}`, `Mend ${name} there.`)
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

const wrong = (path: string, message: string, hint: string, cause?: unknown): SsmError =>
  new SsmError('USAGE', `${path} ${message}`, { hint, facts: { path }, ...(cause === undefined ? {} : { cause }) })
