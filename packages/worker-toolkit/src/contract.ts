/**
 * Paths, variable and file names of a machine: what the launcher, both toolkits, the request and the local platform
 * agree on. Every path is below `machineRoot`, which is empty on a real machine.
 *
 * @module @simple-sagemaker/worker-toolkit/contract
 */

/** The variable that moves the whole tree elsewhere; unset on a real machine. */
export const machineRootVariable = 'SSM_MACHINE_ROOT'

/** Set where a machine has its own folders but the programs of somebody's computer, whose Python must not change. */
export const sharedComputerVariable = 'SSM_SHARED_COMPUTER'

/** A folder that all machines of a job see, where they are processes of one computer: what starts programs on another machine uses it. */
export const peersVariable = 'SSM_PEERS'

/** Where everything lies on a machine, by kind of job. */
export const paths = {
  code: '/opt/ml/code',
  failure: '/opt/ml/output/failure',
  /** Where the launcher leaves its exit code, when whoever laid out the machine made the file: an empty one until the end. */
  ended: '/opt/ml/output/.ssm-ended',
  /** Folders of a training job. */
  training: {
    config: '/opt/ml/input/config',
    data: '/opt/ml/input/data',
    codeChannel: '/opt/ml/input/data/code',
    model: '/opt/ml/model',
    output: '/opt/ml/output',
    outputData: '/opt/ml/output/data',
    tensorboard: '/opt/ml/output/tensorboard',
    state: '/state',
    /** What is kept of the state when it is kept as an archive. */
    stateArchive: '/opt/ml/checkpoints',
  },
  /** Folders of a processing job. */
  processing: {
    config: '/opt/ml/config',
    /** The channel `data`; every other channel lies in `inputs`, as the original placed them. */
    data: '/opt/ml/processing/data',
    inputs: '/opt/ml/processing/input',
    codeChannel: '/opt/ml/processing/input/code',
    output: '/opt/ml/processing/output',
    message: '/opt/ml/output/message',
    state: '/opt/ml/processing/state',
    previousState: '/opt/ml/processing/state_prev',
    /** What is kept of the state when it is kept as an archive. */
    stateArchive: '/opt/ml/processing/state_archive',
  },
} as const

/** The Python module that starts the launcher in a training job of a tuning job: SageMaker's training toolkit calls its `main`. */
export const tunedModuleFile = 'ssm_tuned.py'

/** What that module knows of the program, in the `code` channel. */
export const tunedPlanFile = 'tuned.json'

/** Digests of launcher, settings, bundle and plan, for that module. */
export const tunedPinsVariable = 'SSM_TUNED_PINS'

/** Files of the `code` channel. */
export const launcherFile = 'launch.sh'
/** The settings of the launcher, in the channel `code`. */
export const settingsFile = 'launch.settings'
/** The packed code, in the channel `code`. */
export const bundleFile = 'sourcedir.tar.gz'

/** The name of the reserved channel that carries our code. */
export const codeChannel = 'code'

/** The reserved channel with the packages of a task as wheels, and the lock in it that they are installed by. */
export const packagesChannel = 'dependencies'
/** The list of packages that the wheels were made from, in the channel of packages. */
export const packagesLock = 'ssm-packages.lock'

/** The file in the output folder that holds the typed result of the work. */
export const resultFile = 'result.json'

/** How long a program may go on after SIGTERM before it is killed, as SageMaker gives it. */
export const stopGraceSeconds = 120

/** Exit code of the launcher when its files are not the ones the request pins. */
export const tamperedExitCode = 86

/** The archive of a machine's state, where the state is kept as one. */
export const stateArchiveFile = (host: string): string => `ssm-state.${host}.tar.gz`

/**
 * A file of a machine whose presence says that the program of another one, whose name may go with it, has ended well: nobody waits for that
 * name any more.
 */
export const hasEnded = (host: string): string => `${paths.ended}.${host}`

/** A file of a machine that is there until another one, whose name is known before, has started. */
export const isAwaited = (host: string): string => `/opt/ml/output/.ssm-awaited.${host}`

const scratchFolder = '/opt/ml/.ssm-launch'

/** Folders the launcher makes where nobody has: whoever lays out a machine and makes them saves it a process. */
export function launchFolders(kind: 'training' | 'processing', host: string): readonly string[] {
  const output = kind === 'training' ? paths.training.outputData : paths.processing.output
  const { model, tensorboard } = paths.training
  return [paths.code, model, tensorboard, metricsFolder, output, `${paths[kind].state}/${host}`, scratchFolder]
}
const metricsFolder = '/opt/ml/output/metrics/sagemaker'

/** Pipes (FIFOs) the launcher makes where nobody has, in the same way. */
export const launchPipes = [`${scratchFolder}/stderr`, `${scratchFolder}/copy`] as const

/** Where the code channel lies, by kind of job. */
export function codeChannelPath(kind: 'training' | 'processing'): string {
  return paths[kind].codeChannel
}

/** Where a channel's data lies, by kind of job. */
export function channelPath(kind: 'training' | 'processing', channel: string): string {
  if (kind === 'training') return `${paths.training.data}/${channel}`
  return channel === 'data' ? paths.processing.data : `${paths.processing.inputs}/${channel}`
}

/** The variable that tells a program where a channel lies: `SM_CHANNEL_DATA`. What no variable name may have becomes `_`. */
export function channelVariable(channel: string): string {
  return `SM_CHANNEL_${variablePart(channel)}`
}

/** The variable that tells a program one hyperparameter: `SM_HP_LR`. */
export function hyperparameterVariable(name: string): string {
  return `SM_HP_${variablePart(name)}`
}

/** The variable that tells a program where an output lies that its task names: `SSM_OUTPUT_TRAIN`. */
export function outputVariable(output: string): string {
  return `SSM_OUTPUT_${variablePart(output)}`
}

/** The variable that tells a program what its task declares of hyperparameters and result, in short. */
export const typesVariable = 'SSM_TYPES'

const variablePart = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
