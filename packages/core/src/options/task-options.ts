import type { JobKind } from '../spec/job-kind.ts'
import { accessOptions } from './access.ts'
import { computeOptions } from './compute.ts'
import { imageOptions } from './image.ts'
import type { Option, ValueOf } from './option.ts'
import { parameterOptions } from './parameters.ts'

/** Every option of a task, all shelves together: the single truth for words, flags, checks and docs. */
export const taskOptions = { ...computeOptions, ...imageOptions, ...parameterOptions, ...accessOptions }

export type TaskOptionTable = typeof taskOptions
export type TaskOptionName = keyof TaskOptionTable

/** Options of a training task, as one object: what `.with()` and a project's `defaults` take. */
export type TrainingOptions = { readonly [Name in TaskOptionName]?: ValueOf<TaskOptionTable[Name]> }

/** What a processing task has no word for. */
export type TrainingOnlyOption = 'spot' | 'maxWait' | 'warm' | 'retries' | 'distribution' | 'hyperparameters' | 'metrics'

/** Options of a processing task, as one object. */
export type ProcessingOptions = Omit<TrainingOptions, TrainingOnlyOption>

/** Options whose words add to what was said before; every other word replaces it. */
export const addingOptions = ['hyperparameters', 'env', 'tags', 'metrics'] as const satisfies readonly TaskOptionName[]

/** Two patches said one after the other: names with values grow together, everything else is replaced. */
export function mergeOptions(earlier: TrainingOptions, later: TrainingOptions): TrainingOptions {
  const given = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== undefined)) as TrainingOptions
  const kept = without(earlier, replacedBy(given))
  const grown = addingOptions.filter((name) => isRecord(earlier[name]) && isRecord(given[name]))
  return { ...kept, ...given, ...Object.fromEntries(grown.map((name) => [name, { ...earlier[name], ...given[name] }])) }
}

/** The options that a kind of task knows, by name. */
export function optionsOf(kind: JobKind): ReadonlyMap<TaskOptionName, Option<unknown>> {
  const entries = Object.entries(taskOptions) as [TaskOptionName, Option<unknown>][]
  return new Map(entries.filter(([, option]) => option.kinds.includes(kind)))
}

// A later choice of image replaces an earlier one said another way: a project's default framework never forbids an image.
function replacedBy(given: TrainingOptions): readonly TaskOptionName[] {
  if (given.image !== undefined) return ['framework', 'frameworkVersion', 'pythonVersion', 'dockerfile']
  return given.framework !== undefined || given.dockerfile !== undefined ? ['image'] : []
}

const without = (options: TrainingOptions, names: readonly TaskOptionName[]): TrainingOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name as TaskOptionName)))

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
