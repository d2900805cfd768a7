import { terms, textFor, type Text } from '../errors/wording.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { secondsOf } from '../time/duration.ts'
import { accessOptions } from './access.ts'
import { computeOptions } from './compute.ts'
import { imageOptions } from './image.ts'
import { defaultFor, type KindsOf, type Option, type ResolvedValueOf, type ValueOf } from './option.ts'
import { parameterOptions } from './parameters.ts'
import { spotOptions } from './spot/spot.ts'
import { trackingOptions } from './tracking/tracking.ts'

/** Every option of a task: what methods, fields, flags, checks, defaults and printed pages are derived from. */
// An intersection, not the spread's own type: that one loses the options' comments in declaration files.
export type TaskOptionTable = typeof computeOptions &
  typeof spotOptions &
  typeof imageOptions &
  typeof parameterOptions &
  typeof trackingOptions &
  typeof accessOptions

/** Every option of a task, all groups together. */
export const taskOptions: TaskOptionTable = {
  ...computeOptions,
  ...spotOptions,
  ...imageOptions,
  ...parameterOptions,
  ...trackingOptions,
  ...accessOptions,
}

export type TaskOptionName = keyof TaskOptionTable

/** Options that a processing task does not have. */
export type TrainingOnlyOption = {
  [Name in TaskOptionName]: 'processing' extends KindsOf<TaskOptionTable[Name]> ? never : Name
}[TaskOptionName]

// Mapped over the table itself, so that editors find each option's comment and declaration.

/** Options of a training task, as one object: what `.with()` and a project's `defaults` take. */
export type TrainingOptions = { readonly [Name in keyof TaskOptionTable]?: ValueOf<TaskOptionTable[Name]> }

/** Options of a processing task, as one object. */
export type ProcessingOptions = {
  readonly [Name in keyof TaskOptionTable as Name extends TrainingOnlyOption ? never : Name]?: ValueOf<TaskOptionTable[Name]>
}

/** Every option of a task with its value, defaults filled in; `undefined` where nothing was set and nothing holds. */
export type ResolvedOptions = { readonly [Name in keyof TaskOptionTable]: ResolvedValueOf<TaskOptionTable[Name]> }

const allOptions = Object.entries(taskOptions) as unknown as readonly (readonly [TaskOptionName, Option<unknown>])[]

/** Options whose values add to what was given before; every other value replaces it. */
export const addingOptions: readonly TaskOptionName[] = allOptions.flatMap(([name, option]) => (option.adds ? [name] : []))

/** Options that a process on this computer cannot honour. */
export const ignoredLocally: readonly TaskOptionName[] = allOptions.flatMap(([name, option]) =>
  option.ignoredLocally === false ? [] : [name],
)

/** Those of them that a container on this computer honours. */
export const honouredInContainers: readonly TaskOptionName[] = allOptions.flatMap(([name, option]) =>
  option.ignoredLocally === 'processes' ? [name] : [],
)

/** The options of a kind of task, by name. */
export function optionsOf(kind: JobKind): ReadonlyMap<TaskOptionName, Option<unknown>> {
  return new Map(allOptions.filter(([, option]) => option.kinds.includes(kind)))
}

/** What a kind of task can use of the options. */
export function optionsFor(kind: JobKind, options: TrainingOptions): TrainingOptions {
  const known = optionsOf(kind)
  return Object.fromEntries(Object.entries(options).filter(([name]) => known.has(name as TaskOptionName)))
}

/** The options with every default filled in. */
export function resolvedOptions(kind: JobKind, options: TrainingOptions): ResolvedOptions {
  const given: Readonly<Record<string, unknown>> = options
  const resolved = {}
  for (const [name, option] of allOptions) {
    const get = (): unknown =>
      given[name] ?? (option.default === undefined ? undefined : defaultFor(option.default, kind, resolved))
    // A default may read any other option, in whatever order they are declared.
    Object.defineProperty(resolved, name, { enumerable: true, get })
  }
  return resolved as ResolvedOptions
}

/**
 * Two sets of options, one after the other: names with values grow together, everything else is replaced.
 * @param chosen options of the earlier set that the task itself set: another way to choose an image stands beside them, and is told as a problem
 */
export function mergeOptions(earlier: TrainingOptions, later: TrainingOptions, chosen: readonly string[] = []): TrainingOptions {
  const given = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== undefined)) as TrainingOptions
  const kept = without(earlier, replacedBy(given, chosen))
  const grown = addingOptions.filter((name) => isRecord(earlier[name]) && isRecord(given[name]))
  const entries = grown.map((name) => [name, joined(earlier[name] as object, given[name] as object)] as const)
  return { ...kept, ...given, ...Object.fromEntries(entries) }
}

// What throws when it is read must throw in the check of the options, which says where.
const joined = (earlier: object, later: object): object =>
  Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(earlier), ...Object.getOwnPropertyDescriptors(later) })

// A later choice of image replaces an earlier one made another way: a project's default framework never forbids an image.
// So does a later choice of machines.
function replacedBy(given: TrainingOptions, chosen: readonly string[]): readonly TaskOptionName[] {
  return [...machinesReplacedBy(given), ...imagesReplacedBy(given).filter((name) => !chosen.includes(name))]
}

/** Other choices of machines than these. */
export function machinesReplacedBy({ instanceGroups, instanceType, instanceCount }: TrainingOptions): readonly TaskOptionName[] {
  if (instanceGroups !== undefined) return ['instanceType', 'instanceCount', 'fallbackTypes']
  return instanceType !== undefined || instanceCount !== undefined ? ['instanceGroups'] : []
}

/** Other choices of an image than these. */
export function imagesReplacedBy(given: TrainingOptions): readonly TaskOptionName[] {
  if (given.image !== undefined) return ['framework', 'frameworkVersion', 'pythonVersion', 'dockerfile']
  const { framework, frameworkVersion, pythonVersion, dockerfile } = given
  return [framework, frameworkVersion, pythonVersion, dockerfile].some((each) => each !== undefined) ? ['image'] : []
}

const without = (options: TrainingOptions, names: readonly TaskOptionName[]): TrainingOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name as TaskOptionName)))

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An option as its reader gave it: by its name in a program, by its flag on the command line. */
export function optionText(name: string): Text {
  const [flag] = optionsOf('training').get(name as keyof typeof taskOptions)?.flag?.names ?? []
  // Of several names of a flag the one that hints use.
  const inHints: string = Object.hasOwn(terms, name) ? terms[name as keyof typeof terms].commandLine : ''
  return { library: name, commandLine: /^--\S+$/.test(inHints) ? inHints : flag === undefined ? name : `--${flag}` }
}

/** The place of a problem: `env.TOKEN` in a program is `--env TOKEN` on the command line. */
export function optionPlace(path: string): Text {
  const [name = ''] = /^[^.[]*/.exec(path) ?? []
  const rest = path.slice(name.length)
  const commandLine = `${textFor(optionText(name), 'commandLine')}${rest.replace(/^\./, ' ').replace(/^\[\d+\]/, '')}`
  return { library: path, commandLine: commandLine.startsWith('--') ? commandLine : path }
}

/**
 * The options without those that nearer ones exclude: a default gives way to what a task says, the file of a user to that of a project.
 * Two options of one level that exclude each other stay, and are told as a problem.
 *
 * @param near names of the options that stand nearer than the rest
 */
export function givingWay(options: TrainingOptions, near: readonly string[]): TrainingOptions {
  const isNear = ([name]: readonly [string, unknown]): boolean => near.includes(name)
  const excluded: readonly string[] = excludedBy(Object.fromEntries(Object.entries(options).filter(isNear)), options)
  if (excluded.length === 0) return options
  return Object.fromEntries(Object.entries(options).filter((entry) => isNear(entry) || !excluded.includes(entry[0])))
}

const files = Symbol.for('simple-sagemaker.files-of-options')

/** Options of configuration files, with the file that each came from, by its name: a problem with one tells the file. */
export const ofFiles = (options: TrainingOptions, paths: Readonly<Record<string, string>>): TrainingOptions =>
  // Not enumerable: nobody else sees it.
  Object.defineProperty({ ...options }, files, { value: paths })

/** The file that each of these options came from, as far as that was told. */
export const optionFiles = (options: TrainingOptions): Readonly<Record<string, string>> =>
  (options as { readonly [files]?: Readonly<Record<string, string>> })[files] ?? {}

/** What these rule out of all options: the same pairs that `options/check.ts` and the check of launchers refuse. */
function excludedBy(near: TrainingOptions, all: TrainingOptions): readonly TaskOptionName[] {
  const { spot, warm, maxRun, fallbackTypes, instanceGroups, spotFallback, launch, distribution } = near
  const { maxWait } = all
  const isLonger = maxRun !== undefined && maxWait !== undefined && (secondsOf(maxRun) ?? 0) > (secondsOf(maxWait) ?? 0)
  const takesSpot = spot === true || (spotFallback === 'on-demand' && spot !== false)
  const takesOthers = instanceGroups !== undefined || (Array.isArray(fallbackTypes) && fallbackTypes.length > 0)
  return [
    ...imagesReplacedBy(near),
    ...machinesReplacedBy(near),
    ...(takesSpot || takesOthers ? (['warm'] as const) : []),
    ...(spot === false || isLonger ? (['maxWait'] as const) : []),
    ...(warm === undefined ? [] : (['spot', 'maxWait', 'spotFallback', 'fallbackTypes', 'instanceGroups'] as const)),
    ...(launch === undefined || launch === 'toolkit' ? [] : (['distribution'] as const)),
    // The toolkit of the image starts the processes of a distribution itself.
    ...(distribution === undefined || all.launch === 'toolkit' ? [] : (['launch'] as const)),
  ]
}
