import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, type ProcessingInputOptions, type Project } from '@simple-sagemaker/core'
import { taskOptions, type TrainingOptions } from '@simple-sagemaker/core/options'
import { environmentOptions } from '../grammar/tables/cli-options.ts'
import { programOptions } from '../grammar/tables/run-options.ts'
import type { Parsed } from '../grammar/parsed.ts'
import { usageError } from '../grammar/usage-error.ts'
import { hyperparametersOf, textsOf, valuesOf } from '../grammar/values.ts'
import { pathFrom, type CliContext } from '../terminal/context.ts'
import { dynamicTask, type DynamicInputOptions, type DynamicTask } from './dynamic-task.ts'

/** The commands that describe a task. */
export type TaskCommand = 'run' | 'shell' | 'process'

/** The task that a line of `run`, `shell` or `process` describes. */
export function taskOf(command: TaskCommand, parsed: Parsed, project: Project, name: string, context: CliContext): DynamicTask {
  const draft = dynamicTask(project, command === 'process' ? 'processing' : 'training', name)
  const options = optionsOf(parsed, context)
  const configured = Object.keys(options).length === 0 ? draft : draft.with(options)
  return withInputs(withProgram(command, withOutputs(configured, parsed), parsed, context), parsed, context)
}

function optionsOf(parsed: Parsed, context: CliContext): TrainingOptions {
  const { args: listed = [], dockerfile, packages, ...options } = valuesOf(parsed, taskOptions)
  const args = [...listed, ...(parsed.rest ?? [])]
  const hyperparameters = hyperparametersOf(parsed)
  return {
    ...options,
    ...(hyperparameters === undefined ? {} : { hyperparameters }),
    ...withEnvironment(parsed, options.env, context),
    ...(args.length === 0 ? {} : { args }),
    ...(packages === undefined ? {} : { packages: packagesFrom(packages, context) }),
    // A folder counts from where the user stands; anything else is the text of a Dockerfile.
    ...(dockerfile === undefined ? {} : { dockerfile: isPath(dockerfile, context) ? pathFrom(context, dockerfile) : dockerfile }),
  }
}

type Packages = NonNullable<TrainingOptions['packages']>

function packagesFrom(given: Packages, context: CliContext): Packages {
  return typeof given === 'string' ? pathFrom(context, given) : { ...given, file: pathFrom(context, given.file) }
}

/** The variables of `--env`, with those that `--env-from` and `--secret` take from this computer. */
function withEnvironment(parsed: Parsed, given: TrainingOptions['env'], { env }: CliContext): Pick<TrainingOptions, 'env'> {
  const { envFrom = [], secret = [] } = valuesOf(parsed, environmentOptions)
  if (envFrom.length === 0 && secret.length === 0) return {}
  const valueOf = (name: string, flag: string): string => {
    const value = env[name]
    if (value !== undefined) return value
    throw usageError(`${flag} ${name}: there is no such variable here`, `Set it, as in: export ${name}=…`, { name })
  }
  return {
    env: {
      ...given,
      ...Object.fromEntries(envFrom.map((name) => [name, valueOf(name, '--env-from')])),
      ...Object.fromEntries(secret.map((name) => [name, new Secret(valueOf(name, '--secret'))])),
    },
  }
}

const isPath = (text: string, context: CliContext): boolean => !text.includes('\n') && existsSync(pathFrom(context, text))

function withProgram(command: TaskCommand, task: DynamicTask, parsed: Parsed, context: CliContext): DynamicTask {
  const given = valuesOf(parsed, programOptions)
  const dependencies = (given.dependencies ?? []).map((path) => pathFrom(context, path))
  if (command === 'shell') {
    return task.shell(given.shell ?? '', {
      dependencies,
      ...(given.files === undefined ? {} : { files: pathFrom(context, given.files) }),
    })
  }
  if (command === 'process') return withProcess(task, given, dependencies, context)
  const { entry = '', sourceDir } = given
  if (sourceDir === undefined) return task.code(isUri(entry) ? entry : pathFrom(context, entry), { dependencies })
  return task.code(entry, { dependencies, sourceDir: isUri(sourceDir) ? sourceDir : pathFrom(context, sourceDir) })
}

type ProcessFlags = { readonly code?: string; readonly command?: readonly string[]; readonly entrypoint?: readonly string[] }

function withProcess(
  task: DynamicTask,
  { code, command, entrypoint }: ProcessFlags,
  dependencies: readonly string[],
  context: CliContext,
): DynamicTask {
  if (code !== undefined && entrypoint !== undefined)
    throw usageError('--code and --entrypoint name two different programs', 'Give one of them; --command goes with --code.')
  if (entrypoint !== undefined) {
    if (command !== undefined)
      throw usageError('--command runs the script given by --code, and --entrypoint has no script', 'Leave out one of them.')
    return task.entrypoint(entrypoint, { dependencies })
  }
  if (code === undefined) throw usageError('Nothing to run was given', 'Give --code FILE, or --entrypoint PROGRAM.')
  const script = isUri(code) ? code : pathFrom(context, code)
  // A script without a program of its own runs as its kind does: Python, sh, Node.
  return command === undefined ? task.code(script, { dependencies }) : task.command(command, script, { dependencies })
}

function withOutputs(task: DynamicTask, parsed: Parsed): DynamicTask {
  const named = textsOf(parsed, 'outputAt').map(([name = '', path = '']) => [name, path] as const)
  return named.length === 0 ? task : task.outputs(Object.fromEntries(named))
}

function withInputs(task: DynamicTask, parsed: Parsed, context: CliContext): DynamicTask {
  const how = howOf(unpackedChannels(parsed), placesOf(parsed), groupsOf(parsed))
  const from = (sofar: DynamicTask, channel: string, source: string, more: readonly (string | undefined)[]): DynamicTask => {
    const [distribution, subdir] = more
    if (isUri(source)) return sofar.input.s3(source, how(channel, distribution, subdir))
    // Of a local folder only what the program reads is sent.
    const path = subdir === undefined || subdir === '' ? source : join(source, subdir)
    return sofar.input.local(pathFrom(context, path), how(channel, distribution))
  }
  const withPath = textsOf(parsed, 'inputPath').reduce((sofar, [path = '', ...more]) => from(sofar, 'data', path, more), task)
  const withUris = [...textsOf(parsed, 'inputS3'), ...textsOf(parsed, 'input')].reduce(
    (sofar, [channel = '', source = '', ...more]) => from(sofar, channel, source, more),
    withPath,
  )
  const withTasks = textsOf(parsed, 'inputTask').reduce(
    (sofar, [channel = '', from = '', output = '', distribution, subdir]) =>
      sofar.input.fromTask(from, output, how(channel, distribution, subdir)),
    withUris,
  )
  const model = textsOf(parsed, 'modelUri').at(-1)?.[0]
  return model === undefined ? withTasks : withTasks.input.model(isUri(model) ? model : pathFrom(context, model))
}

/** The channels that inputs have. */
function channelsOf(parsed: Parsed): readonly (string | undefined)[] {
  const named = [...textsOf(parsed, 'input'), ...textsOf(parsed, 'inputS3'), ...textsOf(parsed, 'inputTask')].map(
    ([channel]) => channel,
  )
  const unnamed = (['inputPath', 'modelUri'] as const).filter((option) => textsOf(parsed, option).length > 0)
  return [...unnamed.map((option) => (option === 'inputPath' ? 'data' : 'model')), ...named]
}

/** The folders of `--input_at`, each of which must be an input's. */
function placesOf(parsed: Parsed): ReadonlyMap<string, string> {
  const places = textsOf(parsed, 'inputAt').map(([channel = '', path = '']) => [channel, path] as const)
  const unknown = places.find(([channel]) => !channelsOf(parsed).includes(channel))?.[0]
  if (unknown === undefined) return new Map(places)
  throw usageError(
    `--input_at names the channel ${unknown}, and no input has it`,
    'Write the NAME of an --input, --iis or --iit, or data for -i.',
  )
}

/** The groups of `--input_groups`, by channel. */
function groupsOf(parsed: Parsed): ReadonlyMap<string, readonly string[]> {
  const groups = textsOf(parsed, 'inputGroups').map(([channel = '', ...names]) => [channel, names] as const)
  const unknown = groups.find(([channel]) => !channelsOf(parsed).includes(channel))?.[0]
  if (unknown === undefined) return new Map(groups)
  throw usageError(
    `--input_groups names the channel ${unknown}, and no input has it`,
    'Write the NAME of an --input, --iis or --iit, or data for -i.',
  )
}

/** The channels of `--unpack`, each of which must be an input's. */
function unpackedChannels(parsed: Parsed): readonly string[] {
  const known = channelsOf(parsed)
  const asked = textsOf(parsed, 'unpack').flat()
  const unknown = asked.find((channel) => !known.includes(channel))
  if (unknown === undefined) return asked
  throw usageError(
    `--unpack names the channel ${unknown}, and no input has it`,
    'Write the NAME of an --input, --iis or --iit, or data for -i.',
  )
}

/** How an input is to come, by its channel. */
function howOf(unpacked: readonly string[], places: ReadonlyMap<string, string>, groups: ReadonlyMap<string, readonly string[]>) {
  return (channel: string, distribution?: string, subdir?: string): DynamicInputOptions => ({
    channel,
    // Checked by the library, which knows what may stand here.
    ...(distribution === undefined ? {} : { distribution: distribution as NonNullable<ProcessingInputOptions['distribution']> }),
    ...(subdir === undefined || subdir === '' ? {} : { subdir }),
    ...(unpacked.includes(channel) ? { unpack: true } : {}),
    ...(groups.has(channel) ? { groups: groups.get(channel) } : {}),
    ...(places.has(channel) ? { path: places.get(channel) } : {}),
  })
}

const isUri = (text: string): boolean => /^s3:\/\//i.test(text)
