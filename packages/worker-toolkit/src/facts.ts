/** What the launcher tells a program through its environment, read and typed. */

import { availableParallelism } from 'node:os'
import { argumentsAsHyperparameters, channelsByHand, folderByHand } from './by-hand.ts'
import { channelVariable, machineRootVariable, paths } from './contract.ts'
import type { Environment } from './by-hand.ts'

export type { Environment }

/** The facts of one machine of a job, as plain frozen data. */
export interface MachineFacts<Hyperparameters> {
  /** The job's name, `train-2026-09-24-10-00-00-a1b2c3d4`; empty outside a job. */
  readonly job: string
  /** The kind of job. */
  readonly kind: 'training' | 'processing'
  /** This machine's name in the job, `algo-1`. */
  readonly host: string
  /** All machines of the job in their order, this one included. */
  readonly hosts: readonly string[]
  /** This machine's place in `hosts`, from 0. */
  readonly rank: number
  /** True on the first machine, the only one whose `outputDir` is kept. */
  readonly isMain: boolean
  /** How many machines the job has. */
  readonly machines: number
  /** The instance type, `ml.m5.large`; empty where it is not known. */
  readonly instanceType: string
  /** How many processors this machine has. */
  readonly cpus: number
  /** How many GPUs this machine has. */
  readonly gpus: number
  /** Input folders by channel name. */
  readonly channels: Readonly<Record<string, string>>
  /** The task's hyperparameters, decoded: numbers are numbers. */
  readonly hyperparameters: Hyperparameters
  /** The program's own arguments, as given. */
  readonly args: readonly string[]
  /** The folder that becomes the output `model`, merged over all machines. */
  readonly modelDir: string
  /** The folder that becomes the output `output`; of several machines only the main one's is kept. */
  readonly outputDir: string
  /** The folder that is kept between runs of the task, merged over all machines. */
  readonly stateDir: string
  /** This machine's own part of `stateDir`, safe from collisions. */
  readonly instanceStateDir: string
  /** The folder for TensorBoard's files. */
  readonly tensorboardDir: string
  /** The environment variables. */
  readonly env: Environment
}

/**
 * Reads a machine's facts out of its environment. Outside a job every fact has a harmless default: one machine, the channels that variables name,
 * folders below `./.ssm/hand`, the arguments as hyperparameters.
 * @throws {Error} when a variable that holds JSON holds something else; the message names it.
 */
export function readFacts(env: Environment, args: readonly string[]): MachineFacts<Readonly<Record<string, unknown>>> {
  const byHand = folderByHand(env)
  const root = byHand ?? env[machineRootVariable] ?? ''
  const host = env['SM_CURRENT_HOST'] ?? 'algo-1'
  const hosts = textsIn(env, 'SM_HOSTS') ?? [host]
  const rank = numberIn(env, 'SSM_HOST_RANK') ?? Math.max(0, hosts.indexOf(host))
  const stateDir = env['SSM_STATE'] ?? root + paths.training.state
  return {
    job: env['SAGEMAKER_JOB_NAME'] ?? env['TRAINING_JOB_NAME'] ?? '',
    kind: env['SSM_OUTPUT'] === undefined ? 'training' : 'processing',
    host,
    hosts,
    rank,
    isMain: rank === 0,
    machines: numberIn(env, 'SSM_NUM_NODES') ?? hosts.length,
    instanceType: env['SM_CURRENT_INSTANCE_TYPE'] ?? '',
    cpus: numberIn(env, 'SM_NUM_CPUS') ?? availableParallelism(),
    gpus: numberIn(env, 'SM_NUM_GPUS') ?? 0,
    channels: channelsIn(env, root, byHand !== undefined),
    hyperparameters: objectIn(env, 'SM_HPS') ?? (byHand === undefined ? {} : argumentsAsHyperparameters(args)),
    args,
    modelDir: env['SM_MODEL_DIR'] ?? root + paths.training.model,
    outputDir: env['SM_OUTPUT_DATA_DIR'] ?? root + paths.training.outputData,
    stateDir,
    instanceStateDir: env['SSM_INSTANCE_STATE'] ?? `${stateDir}/${host}`,
    tensorboardDir: env['SSM_TENSORBOARD_DIR'] ?? root + paths.training.tensorboard,
    env,
  }
}

function channelsIn(env: Environment, root: string, byHand: boolean): Readonly<Record<string, string>> {
  const names = textsIn(env, 'SM_CHANNELS') ?? (byHand ? channelsByHand(env, `${root}${paths.training.data}`) : [])
  const placed = names.map((name) => [name, env[channelVariable(name)] ?? `${root}${paths.training.data}/${name}`])
  return Object.fromEntries(placed) as Record<string, string>
}

function numberIn(env: Environment, variable: string): number | undefined {
  const text = env[variable]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isInteger(value)) throw new Error(`The variable ${variable} should hold a whole number and holds: ${text}`)
  return value
}

function textsIn(env: Environment, variable: string): readonly string[] | undefined {
  const value = jsonIn(env, variable)
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new Error(`The variable ${variable} should hold a JSON array of names and holds: ${env[variable]}`)
}

function objectIn(env: Environment, variable: string): Record<string, unknown> | undefined {
  const value = jsonIn(env, variable)
  if (value === undefined) return undefined
  if (isObject(value)) return value
  throw new Error(`The variable ${variable} should hold a JSON object and holds: ${env[variable]}`)
}

function jsonIn(env: Environment, variable: string): unknown {
  const text = env[variable]
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`The variable ${variable} should hold JSON and holds: ${text}`, { cause })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
