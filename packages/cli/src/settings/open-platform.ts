import { existsSync, lstatSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import {
  project,
  type ObjectUri,
  type Platform,
  type PriceChoice,
  type ProjectOptions,
  type TaskStore,
} from '@simple-sagemaker/core'
import { distrustOf } from '@simple-sagemaker/core/options'
import type { StoragePlace } from '@simple-sagemaker/core/jobs'
import type { LocalOptions } from '@simple-sagemaker/core/local'
import type { AwsNotice, ClientOptions } from '@simple-sagemaker/core/aws'
import type { Parsed } from '../grammar/parsed.ts'
import { budgetOptions, costOptions } from '../grammar/tables/cli-options.ts'
import { projectOptions } from '../grammar/tables/run-options.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { pathFrom, type CliContext } from '../terminal/context.ts'
import { searchedFolders } from './config-file.ts'
import type { Settings } from './settings.ts'

/** Opens the platform that the settings name; its notices go to `notice`. Loads the AWS half only when it is asked for. */
export async function openPlatform(
  settings: Settings,
  context: CliContext,
  notice: (message: string) => void,
): Promise<Platform> {
  if (settings.platform === 'local') {
    const { local } = await import('@simple-sagemaker/core/local')
    // Only a job in a container asks for an image of AWS.
    const publishedImages = async () => (await import('@simple-sagemaker/core/aws')).publishedImages(clientOptionsOf(settings))
    return local({ root: localRoot(settings, context), publishedImages, ...pythonOf(settings, context) })
  }
  const { aws } = await import('@simple-sagemaker/core/aws')
  return aws({ ...clientOptionsOf(settings), onNotice: (happened) => notice(awsNoticeText(happened)) })
}

/** How AWS is reached, from the settings. */
export function clientOptionsOf({ values: { region, profile } }: Settings): ClientOptions {
  return {
    ...(region === undefined ? {} : { region: region.value }),
    ...(profile === undefined ? {} : { profile: profile.value }),
  }
}

/** Which Python local jobs run with, as far as the settings say: a path counts from where it was written. */
export function pythonOf(
  { values: { python }, files }: Settings,
  context: CliContext,
): Pick<LocalOptions, 'python' | 'venvFolders'> {
  const venvFolders = [context.cwd, ...files.map((path) => dirname(path))]
  if (python === undefined) return { venvFolders }
  const { value, origin } = python
  const from = files.includes(origin) ? dirname(origin) : context.cwd
  const path = resolve(from, value)
  // A name without a slash may be one of the PATH.
  return { venvFolders, python: value.includes('/') || existsSync(path) ? path : value }
}

/**
 * The folder that holds the buckets and jobs of the local platform: the one that is named, else `.ssm` of the nearest folder,
 * from the working folder upwards, that has an `ssm.config.json` or a `.ssm` of this user alone; else `.ssm` of the working folder.
 */
export function localRoot({ values: { localDir }, files }: Settings, context: CliContext): string {
  if (localDir !== undefined) {
    const { value, origin } = localDir
    const [problem] = projectOptions.localDir.problems(value, 'localDir')
    if (problem !== undefined)
      throw usageError(`The folder of the local platform (from ${origin}) ${problem.message}`, 'Name a folder, or leave it out.')
    return pathFrom(files.includes(origin) ? { ...context, cwd: dirname(origin) } : context, value)
  }
  const isMarked = (folder: string): boolean => files.includes(join(folder, 'ssm.config.json')) || hasOwnStore(folder)
  return join(searchedFolders(context).find(isMarked) ?? context.cwd, '.ssm')
}

// Above the working folder, what somebody else made, or may write to, is no place for jobs.
function hasOwnStore(folder: string): boolean {
  const path = join(folder, '.ssm')
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && distrustOf(path, stats) === undefined
}

/** An object as people find it: a path on this computer, or its URI. */
export async function shownPlace(uri: ObjectUri, settings: Settings, context: CliContext): Promise<string> {
  if (settings.platform !== 'local') return uri
  const { localPathOf } = await import('@simple-sagemaker/core/local')
  const path = localPathOf(uri, localRoot(settings, context))
  const near = relative(context.cwd, path)
  return near.startsWith('..') ? path : near
}

/** Where the projects of these settings are stored. */
export function storagePlaceOf({ values: { bucket, prefix } }: Settings, platform: Platform): StoragePlace {
  return {
    platform,
    ...(bucket === undefined ? {} : { bucket: bucket.value }),
    ...(prefix === undefined ? {} : { prefix: prefix.value }),
  }
}

/** What the library needs to know of a project, from the settings. */
export function projectOptionsOf(settings: Settings, platform: Platform): ProjectOptions {
  const { bucket, prefix, prices, budget } = settings.values
  return {
    platform,
    ...(prices === undefined ? {} : { prices: priceChoice(prices.value) }),
    ...(budget === undefined ? {} : { budget: { usd: Number(budget.value) } }),
    defaults: settings.defaults,
    ...(bucket === undefined ? {} : { bucket: bucket.value }),
    ...(prefix === undefined ? {} : { prefix: prefix.value }),
  }
}

/** What earlier jobs of one task stored. */
export function storeOf(settings: Settings, platform: Platform, task: string): TaskStore {
  return project(settings.values.project?.value ?? '', projectOptionsOf(settings, platform)).data(task)
}

/** What the library needs, with `--allow_unknown_prices`, which is about the budget. */
export function withAllowance(parsed: Parsed, options: ProjectOptions): ProjectOptions {
  if (valuesOf(parsed, budgetOptions).allowUnknownPrices !== true) return options
  if (options.budget === undefined) throw usageError('--allow_unknown_prices applies only with --budget, which is not given')
  return { ...options, budget: { ...options.budget, unknownPrices: 'allow' } }
}

/** Where prices are from: the platform, or a file. */
export const priceChoice = (text: string): PriceChoice => (text === 'platform' ? text : { file: text })

/** Where prices are from when this line asks what jobs cost: `--cost`, or `--prices`. */
export function askedPrices(parsed: Parsed, { values: { prices } }: Settings): PriceChoice | undefined {
  const isAsked = valuesOf(parsed, costOptions).cost === true || parsed.given.has('prices')
  return isAsked && prices !== undefined ? priceChoice(prices.value) : undefined
}

function awsNoticeText(notice: AwsNotice): string {
  switch (notice.type) {
    case 'bucket-created':
      return `made the bucket ${notice.bucket}${withoutText(notice.withoutProtection)}`
    case 'role-changed':
      return `${notice.change} the role ${notice.role}`
    case 'slowed-down':
      return `AWS asked to slow down: ${notice.action} at ${notice.perSecond} a second`
    default:
      return notice.message
  }
}

const withoutText = (missing: Extract<AwsNotice, { readonly type: 'bucket-created' }>['withoutProtection']): string =>
  missing.length === 0 ? '' : `; not set on it: ${missing.map(({ what, message }) => `${what} (${message})`).join(', ')}`
