import { dirname } from 'node:path'
import { givingWay, ofFiles, taskOptions, type TrainingOptions } from '@simple-sagemaker/core/options'
import { costOptions } from '../grammar/tables/cli-options.ts'
import { projectOptions } from '../grammar/tables/run-options.ts'
import { dashed } from '../grammar/command.ts'
import type { Parsed } from '../grammar/parsed.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { pathFrom, type CliContext } from '../terminal/context.ts'
import { projectConfig, settingNames, userConfig, type ConfigFile, type SettingName } from './config-file.ts'

/** One setting that holds, and where it was given. */
export interface Setting {
  readonly value: string
  readonly origin: string
}

/** The settings that hold for one command line. */
export interface Settings {
  readonly values: Readonly<Partial<Record<SettingName, Setting>>>
  readonly defaults: TrainingOptions
  readonly files: readonly string[]
  /** `aws`, `local`. */
  readonly platform: 'aws' | 'local'
}

// Variables by setting, the strongest first.
const variables: Readonly<Record<SettingName, readonly string[]>> = {
  platform: ['SSM_PLATFORM'],
  region: ['SSM_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
  profile: ['SSM_PROFILE', 'AWS_PROFILE'],
  project: ['SSM_PROJECT'],
  bucket: ['SSM_BUCKET'],
  prefix: ['SSM_PREFIX'],
  python: ['SSM_PYTHON'],
  localDir: ['SSM_LOCAL_DIR'],
  prices: ['SSM_PRICES'],
  budget: ['SSM_BUDGET'],
}

/**
 * What holds: a flag, else a variable, else the project's file, else the user's, else the default.
 * @throws {SsmError} `USAGE` for a file that cannot be understood, and a platform there is not.
 */
export function settingsOf(parsed: Parsed, context: CliContext): Settings {
  const files = [projectConfig(context), userConfig(context)].filter((file) => file !== undefined)
  const flags = valuesOf(parsed, projectOptions)
  const entries = settingNames.flatMap((name) => {
    const setting = flagSetting(parsed, name, flags[name]) ?? variableSetting(name, context) ?? fileSetting(name, files)
    return setting === undefined ? [] : [[name, setting] as const]
  })
  const given: Settings['values'] = Object.fromEntries(entries)
  const values = { ...given, ...pricesOf(parsed, given, files, context) }
  const [mine, users] = [files[0]?.defaults ?? {}, files[1]?.defaults ?? {}]
  return {
    values,
    defaults: ofFiles(givingWay({ ...users, ...mine }, Object.keys(mine)), originsOf(files)),
    files: files.map(({ path }) => path),
    platform: platformOf(parsed, values.platform),
  }
}

/** The file that each default is from: of the nearest one that has it. */
const originsOf = (files: readonly ConfigFile[]): Readonly<Record<string, string>> =>
  Object.fromEntries(files.toReversed().flatMap(({ path, defaults }) => Object.keys(defaults).map((name) => [name, path])))

/** Whether costs are asked for: a budget asks for them, too. */
export const showsCosts = ({ values: { prices, budget } }: Settings): boolean => prices !== undefined || budget !== undefined

/** Where prices are from, as a whole path: `--cost` alone means those of the platform. */
function pricesOf(
  parsed: Parsed,
  { prices }: Settings['values'],
  files: readonly ConfigFile[],
  context: CliContext,
): Pick<Settings['values'], 'prices'> {
  if (prices === undefined)
    return valuesOf(parsed, costOptions).cost === true ? { prices: { value: 'platform', origin: 'flag --cost' } } : {}
  if (prices.value === 'platform') return { prices }
  const isInFile = files.some(({ path }) => path === prices.origin)
  return {
    prices: { ...prices, value: pathFrom(isInFile ? { ...context, cwd: dirname(prices.origin) } : context, prices.value) },
  }
}

function platformOf(parsed: Parsed, named: Setting | undefined): 'aws' | 'local' {
  // As in the original: this type of machine is this machine.
  const { instanceType } = valuesOf(parsed, { instanceType: taskOptions.instanceType })
  if (instanceType === 'local' || instanceType === 'local_gpu') return 'local'
  const name = named?.value ?? 'aws'
  if (name === 'aws' || name === 'local') return name
  throw usageError(`There is no platform ${JSON.stringify(name)} (from ${named?.origin ?? ''})`, 'Choose aws or local.')
}

function flagSetting(parsed: Parsed, name: SettingName, value: string | undefined): Setting | undefined {
  const spelled = parsed.given.get(name)?.at(-1)?.spelled
  return value === undefined || spelled === undefined ? undefined : { value, origin: `flag ${spelled}` }
}

function variableSetting(name: SettingName, context: CliContext): Setting | undefined {
  for (const variable of variables[name]) {
    const value = context.env[variable]
    if (value === undefined || value === '') continue
    const [problem] = name === 'budget' ? projectOptions.budget.problems(value, name) : []
    if (problem !== undefined)
      throw usageError(`The variable ${variable} ${problem.message}`, `Correct it, or leave it out: unset ${variable}.`)
    return { value, origin: `variable ${variable}` }
  }
  return undefined
}

function fileSetting(name: SettingName, files: readonly ConfigFile[]): Setting | undefined {
  for (const { path, settings } of files) {
    const value = settings[name]
    if (value !== undefined) return { value, origin: path }
  }
  return undefined
}

// A printed command is typed again: what a shell would take apart is quoted.
const shellWord = (text: string): string => (/^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** The flags that a printed command needs so that it means the same place as this one: those that were flags here. */
export function placeFlags(parsed: Parsed, settings: Settings): string {
  const { platform, region, profile, bucket, prefix } = settings.values
  const place = { region, profile, bucket, prefix }
  const flags = Object.entries(place).flatMap(([name, setting]) =>
    setting?.origin.startsWith('flag ') === true
      ? [`${dashed(projectOptions[name as keyof typeof place].flag?.names[0] ?? name)} ${shellWord(setting.value)}`]
      : [],
  )
  const byType = settings.platform === 'local' && platform?.value !== 'local'
  return [...(byType || platform?.origin.startsWith('flag ') === true ? [`--platform ${settings.platform}`] : []), ...flags].join(
    ' ',
  )
}
