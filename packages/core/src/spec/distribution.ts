/** How several processes and machines of a training job work together. */

export const distributionNames = ['torchrun', 'mpi', 'parameter_server', 'multi_worker_mirrored'] as const
export type DistributionName = (typeof distributionNames)[number]

export interface DistributionSpec {
  /** Which launcher starts the processes. */
  readonly kind: DistributionName
  /** How many processes a machine runs; without it, one for each of its accelerators. */
  readonly processesPerMachine?: number
  /** Options of `mpirun`, one argument each. */
  readonly mpiOptions?: readonly string[]
}

/** A name, a name with settings, or what the Python SDK takes: `{ torch_distributed: { enabled: true } }`. */
export type TrainingDistribution =
  | DistributionName
  | {
      /** PyTorch's launcher. */
      readonly torchrun: {
        /** Processes on each machine; default one for each GPU, else one. */
        readonly processesPerMachine?: number
      }
    }
  | {
      /** `mpirun` from the first machine. */
      readonly mpi: {
        /** Processes on each machine; default one for each GPU, else one. */
        readonly processesPerMachine?: number
        /** More arguments of `mpirun`. */
        readonly options?: readonly string[]
      }
    }
  | { readonly [policy: string]: { readonly enabled: boolean; readonly [setting: string]: unknown } }

/** The Python SDK's names of them. */
const policies: Readonly<Record<string, DistributionName>> = {
  torchrun: 'torchrun',
  torch_distributed: 'torchrun',
  pytorchddp: 'torchrun',
  mpi: 'mpi',
  parameter_server: 'parameter_server',
  multi_worker_mirrored: 'multi_worker_mirrored',
  multi_worker_mirrored_strategy: 'multi_worker_mirrored',
}

/** What a distribution means; a text says what is wrong with it. `undefined` when all of its policies are turned off. */
export function distributionOf(value: unknown): DistributionSpec | string | undefined {
  if (typeof value === 'string') {
    const kind = Object.hasOwn(policies, value) ? policies[value] : undefined
    return kind === undefined ? `must be one of ${distributionNames.join(', ')}` : { kind }
  }
  if (!isRecord(value)) return `must be one of ${distributionNames.join(', ')}, or an object with one of them`
  const asked = Object.entries(value).filter(([, settings]) => !isOff(settings))
  const [first, ...others] = asked
  if (first === undefined) return undefined
  if (others.length > 0) return 'must have one policy'
  const [name, settings] = first
  const kind = Object.hasOwn(policies, name) ? policies[name] : undefined
  if (kind === undefined) return `knows ${Object.keys(policies).join(', ')}, not ${name}`
  return withSettings(kind, isRecord(settings) ? settings : {})
}

const settingNames = ['processesPerMachine', 'processes_per_host', 'options', 'custom_mpi_options']

function withSettings(kind: DistributionName, settings: Readonly<Record<string, unknown>>): DistributionSpec | string {
  const processes = settings['processesPerMachine'] ?? settings['processes_per_host']
  if (processes !== undefined && !(Number.isInteger(processes) && Number(processes) > 0)) {
    return 'must have processesPerMachine as a whole number from 1'
  }
  // The Python SDK's forms, which have `enabled`, may say more than is used here.
  const unknown = Object.keys(settings).find((name) => !settingNames.includes(name))
  if (unknown !== undefined && settings['enabled'] === undefined) return `has processesPerMachine and options, not ${unknown}`
  const options = settings['options'] ?? settings['custom_mpi_options']
  const mpiOptions = typeof options === 'string' ? wordsOf(options) : options
  if (mpiOptions !== undefined && !isTexts(mpiOptions)) return 'must have options as a list of texts, each without line breaks'
  return {
    kind,
    ...(processes === undefined ? {} : { processesPerMachine: Number(processes) }),
    ...(mpiOptions === undefined || mpiOptions.length === 0 ? {} : { mpiOptions }),
  }
}

/** Words as a shell would read them, quotes included, as the Python SDK's options are written. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isOff = (settings: unknown): boolean => settings === false || (isRecord(settings) && settings['enabled'] === false)

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && !/[\n\0]/.test(item))

/**
 * What starts the program instead of our launcher: the toolkit of the image (`'toolkit'`), or a program of its own, which gets the entry and
 * its arguments at the end.
 */
export type Launch = 'toolkit' | readonly [program: string, ...args: string[]]

/** Names in braces that stand for what only the machine knows. */
export const launchPlaces = ['rank', 'machines', 'processes', 'allProcesses', 'master', 'port', 'hosts', 'python'] as const

/** What is wrong with a way to start a program; `undefined` when nothing. */
export function launchProblem(given: unknown): string | undefined {
  if (given === 'toolkit') return undefined
  if (!Array.isArray(given) || given.length === 0 || given.length > 100)
    return "must be 'toolkit', or a program and its arguments"
  const wrong = (given as readonly unknown[]).findIndex(
    (word) => typeof word !== 'string' || word === '' || /[\n\r\0]/.test(word),
  )
  if (wrong >= 0) return `must have a text without line ends in [${wrong}], and no empty one`
  const place = given.flatMap((word: string) => [...word.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name = '']) => name))
  const unknown = place.find((name) => !launchPlaces.some((known) => known === name))
  return unknown === undefined ? undefined : `knows ${launchPlaces.map((name) => `{${name}}`).join(', ')}, not {${unknown}}`
}

/** Words of a command line as a shell would read them. One word alone may be the value of a hyperparameter of that name: the option's check refuses it. */
export const launchInWords = (text: string): Launch => (/\s/.test(text) ? wordsOf(text) : text) as Launch
