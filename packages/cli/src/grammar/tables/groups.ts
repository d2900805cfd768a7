import {
  accessOptions,
  computeOptions,
  imageOptions,
  list,
  parameterOptions,
  spotOptions,
  trackingOptions,
  trainingOnly,
  type AnyOption,
} from '@simple-sagemaker/core/options'
import type { FlagGroup } from '../command.ts'
import { budgetOptions, costOptions, environmentOptions, globalOptions, planOptions } from './cli-options.ts'
import { rehearsalOptions } from './rehearsal-options.ts'
import { callOptions, inputOptions, projectOptions } from './run-options.ts'

const { project, prefix, task, bucket, platform, python, region, profile, prices, budget } = projectOptions
const { hyperparameters, args, env, tags, metrics, state, stateArchive } = parameterOptions
const { distribution, ...sharedImage } = imageOptions
const { force, clean, keep, enableMetrics, outputPath, downloadState, downloadModel, downloadOutput, noUnpack } = callOptions

/** Hyperparameters that are no text. */
const typedOptions = {
  hyperparametersJson: list({
    summary: 'A hyperparameter whose value is JSON: a number, true, a list. Every other way gives text.',
    source: 'HyperParameters',
    kinds: trainingOnly,
    most: 2,
    entry: () => undefined,
    flag: { names: ['hp_json'], args: ['KEY', 'JSON'], repeat: true },
  }),
}

/** Which task, and where it is stored. */
export const where = { project, task, prefix, bucket }
/** The flags that every command takes. */
export const everywhere: FlagGroup = { title: 'Common options', options: { platform, region, profile, ...globalOptions } }
/** What `-o` downloads. */
export const download: FlagGroup = {
  title: 'Download',
  options: { outputPath, downloadState, downloadModel, downloadOutput, noUnpack },
}
/** What a run costs. */
const money: FlagGroup = { title: 'Cost', options: { ...costOptions, prices, budget, ...budgetOptions } }
const access: FlagGroup = { title: 'Access', options: accessOptions }
const everyKind: readonly FlagGroup[] = [
  { title: 'Machines', options: { ...computeOptions, ...spotOptions } },
  { title: 'Image', options: sharedImage },
  {
    title: 'Running',
    options: {
      force,
      ...planOptions,
      python,
      distribution,
      hyperparameters,
      ...typedOptions,
      args,
      env,
      ...environmentOptions,
      tags,
    },
  },
  money,
  { title: 'Inputs and state', options: { ...inputOptions, state, stateArchive, clean, keep } },
  { title: 'Rehearsal', options: rehearsalOptions },
  { title: 'Metrics and tracking', options: { metrics, enableMetrics, ...trackingOptions } },
  download,
  access,
]

/** The groups with the options that this kind of task takes. */
export function groupsFor(kind: 'training' | 'processing'): readonly FlagGroup[] {
  const takes = ([, option]: readonly [string, AnyOption]): boolean => option.kinds.includes(kind)
  const taken = everyKind.map(({ title, options }) => ({
    title,
    options: Object.fromEntries(Object.entries(options).filter(takes)),
  }))
  return [...taken.filter(({ options }) => Object.keys(options).length > 0), everywhere]
}
