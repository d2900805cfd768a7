import {
  channelPath,
  channelVariable,
  hyperparameterVariable,
  machineRootVariable,
  outputVariable,
} from '@simple-sagemaker/worker-toolkit/contract'
import type { JobName } from '../names/job-name.ts'
import type { InputSpec, TaskSpec } from '../spec/task-spec.ts'
import { hyperparameterText, programArguments } from './arguments.ts'

/** How the launcher starts the program. */
export type LaunchMode = 'python' | 'script' | 'node' | 'line' | 'command'

/**
 * The launcher's settings file: everything known when the job is submitted, in `sh` syntax with every value in single
 * quotes, so that no argument is read by a shell again. `entry` is the file to run inside the code folder.
 */
export function launchSettings(spec: TaskSpec, job: JobName, entry: string | undefined, packagesSha256?: string): string {
  const known = { SAGEMAKER_JOB_NAME: job, ...programVariables(spec, entry), ...hyperparameterVariables(spec) }
  const lines = [
    `ssm_kind=${quote(spec.kind)}`,
    `ssm_run=${quote(launchMode(spec, entry))}`,
    `ssm_network_isolated=${quote(spec.networkIsolation ? '1' : '')}`,
    ...(packagesSha256 === undefined ? [] : [`ssm_packages=${quote(packagesSha256)}`]),
    ...(spec.stateArchive === true ? ['ssm_state_archive=1'] : []),
    ...distributionSettings(spec),
    // One word a line.
    ...(spec.launch === undefined || spec.launch === 'toolkit' ? [] : [`ssm_launch=${quote(spec.launch.join('\n'))}`]),
    // One folder a line: the launcher unpacks the archives in them.
    `ssm_unpack=${quote(unpacked(spec).join('\n'))}`,
    `set -- ${launchArguments(spec, entry).map(quote).join(' ')}`,
    ...Object.entries(known).map(([name, value]) => `export ${name}=${quote(value)}`),
    `export SM_CHANNELS=${quote(JSON.stringify(channelNames(spec)))}`,
    ...spec.inputs.map((input) => exportPath(channelVariable(input.channel), pathOf(spec, input))).sort(),
    ...Object.entries(spec.outputs ?? {}).map(([name, path]) => exportPath(outputVariable(name), path)),
  ]
  return `${lines.join('\n')}\n`
}

const exportPath = (variable: string, path: string): string => `export ${variable}="$${machineRootVariable}"${quote(path)}`

const pathOf = ({ kind }: TaskSpec, { channel, path }: InputSpec): string => path ?? channelPath(kind, channel)

function distributionSettings({ distribution }: TaskSpec): readonly string[] {
  const { kind = '', processesPerMachine, mpiOptions } = distribution ?? {}
  return [
    `ssm_distribution=${quote(kind)}`,
    ...(processesPerMachine === undefined ? [] : [`ssm_processes=${quote(String(processesPerMachine))}`]),
    // One option a line.
    ...(mpiOptions === undefined ? [] : [`ssm_mpi_options=${quote(mpiOptions.join('\n'))}`]),
  ]
}

/** A POSIX shell word that means exactly this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

const isOfNode = (entry = ''): boolean => /\.[cm]?[jt]s$/.test(entry)

/** Whether Node runs the program of a task. */
export const runsNode = ({ program }: Pick<TaskSpec, 'program'>): boolean => program.kind === 'code' && isOfNode(program.entry)

function launchMode({ program }: TaskSpec, entry: string | undefined): LaunchMode {
  if (program.kind === 'shell') return 'line'
  if (program.kind === 'command') return 'command'
  if (isOfNode(entry)) return 'node'
  return entry?.endsWith('.py') === true ? 'python' : 'script'
}

const launchArguments = (spec: TaskSpec, entry: string | undefined): readonly string[] => [
  ...launchCommand(spec, entry),
  ...programArguments(spec),
]

/** What stands before the arguments of the program. */
export function launchCommand({ program }: Pick<TaskSpec, 'program'>, entry: string | undefined): readonly string[] {
  switch (program.kind) {
    case 'shell':
      return [program.line]
    case 'command':
      return [...program.argv, ...(entry === undefined ? [] : [entry])]
    case 'code':
    case 'algorithm':
      return [entry ?? '']
  }
}

function programVariables(spec: TaskSpec, entry: string | undefined): Record<string, string> {
  const asked = entry === undefined ? {} : { SM_USER_ENTRY_POINT: entry, SM_MODULE_NAME: entry.replace(/\.py$/, '') }
  return { ...asked, SM_USER_ARGS: JSON.stringify(programArguments(spec)) }
}

function hyperparameterVariables({ hyperparameters }: TaskSpec): Record<string, string> {
  const each = Object.entries(hyperparameters).map(
    ([name, value]) => [hyperparameterVariable(name), hyperparameterText(value)] as const,
  )
  return { SM_HPS: JSON.stringify(hyperparameters), ...Object.fromEntries(each) }
}

const unpacked = (spec: TaskSpec): readonly string[] =>
  spec.inputs.filter((input) => input.unpack).map((input) => pathOf(spec, input))

const channelNames = (spec: TaskSpec): readonly string[] => spec.inputs.map((input) => input.channel).sort()
