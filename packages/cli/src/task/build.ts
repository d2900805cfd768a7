import { existsSync } from 'node:fs'
import type { InputOptions, Project } from '@simple-sagemaker/core'
import { callOptions, programOptions, taskOptions, type TrainingOptions } from '@simple-sagemaker/core/options'
import type { Parsed } from '../grammar/parse.ts'
import { usageError } from '../grammar/usage-error.ts'
import { textsOf, valuesOf } from '../grammar/values.ts'
import { pathFrom, type World } from '../world.ts'
import { speak, type SpokenTask } from './words.ts'

/** The commands that describe a task. */
export type TaskCommand = 'run' | 'shell' | 'process'

/** The task that a line of `run`, `shell` or `process` describes. */
export function taskOf(command: TaskCommand, parsed: Parsed, project: Project, name: string, world: World): SpokenTask {
  const draft = speak(project, command === 'process' ? 'processing' : 'training', name)
  const options = optionsOf(parsed, world)
  const said = Object.keys(options).length === 0 ? draft : draft.with(options)
  return withInputs(withProgram(command, said, parsed, world), parsed, world)
}

function optionsOf(parsed: Parsed, world: World): TrainingOptions {
  const { args: listed = [], dockerfile, ...options } = valuesOf(parsed, taskOptions)
  const args = [...listed, ...(parsed.rest ?? [])]
  return {
    ...options,
    ...(args.length === 0 ? {} : { args }),
    // A folder counts from where the user stands; anything else is the text of a Dockerfile.
    ...(dockerfile === undefined ? {} : { dockerfile: isPath(dockerfile, world) ? pathFrom(world, dockerfile) : dockerfile }),
  }
}

const isPath = (text: string, world: World): boolean => !text.includes('\n') && existsSync(pathFrom(world, text))

function withProgram(command: TaskCommand, task: SpokenTask, parsed: Parsed, world: World): SpokenTask {
  const said = valuesOf(parsed, programOptions)
  const dependencies = (said.dependencies ?? []).map((path) => pathFrom(world, path))
  if (command === 'shell') {
    return task.shell(said.shell ?? '', {
      dependencies,
      ...(said.files === undefined ? {} : { files: pathFrom(world, said.files) }),
    })
  }
  if (command === 'process') return withProcess(task, said, dependencies, world)
  const { entry = '', sourceDir } = said
  if (sourceDir === undefined) return task.code(pathFrom(world, entry), { dependencies })
  return task.code(entry, { dependencies, sourceDir: isUri(sourceDir) ? sourceDir : pathFrom(world, sourceDir) })
}

type Said = { readonly code?: string; readonly command?: readonly string[]; readonly entrypoint?: readonly string[] }

function withProcess(
  task: SpokenTask,
  { code, command, entrypoint }: Said,
  dependencies: readonly string[],
  world: World,
): SpokenTask {
  if (code !== undefined && entrypoint !== undefined)
    throw usageError('--code and --entrypoint say two different programs', 'Say one of them; --command goes with --code.')
  if (entrypoint !== undefined) {
    if (command !== undefined)
      throw usageError('--command runs the script of --code, and --entrypoint has none', 'Leave one of them out.')
    return task.entrypoint(entrypoint, { dependencies })
  }
  if (code === undefined) throw usageError('Nothing says what to run', 'Say --code FILE, or --entrypoint PROGRAM.')
  const script = isUri(code) ? code : pathFrom(world, code)
  // A script without a program of its own runs as its kind does: Python, sh, Node.
  return command === undefined ? task.code(script, { dependencies }) : task.command(command, script, { dependencies })
}

function withInputs(task: SpokenTask, parsed: Parsed, world: World): SpokenTask {
  const how = howOf(unpackedChannels(parsed))
  const withPaths = textsOf(parsed, 'inputPath').reduce((sofar, [path = '', distribution, subdir]) => {
    const options = how('data', distribution, subdir)
    return isUri(path) ? sofar.input.s3(path, options) : sofar.input.local(pathFrom(world, path), options)
  }, task)
  const withUris = textsOf(parsed, 'inputS3').reduce(
    (sofar, [channel = '', uri = '', distribution, subdir]) => sofar.input.s3(uri, how(channel, distribution, subdir)),
    withPaths,
  )
  const withTasks = textsOf(parsed, 'inputTask').reduce(
    (sofar, [channel = '', from = '', output = '', distribution, subdir]) =>
      sofar.input.fromTask(from, output, how(channel, distribution, subdir)),
    withUris,
  )
  const model = textsOf(parsed, 'modelUri').at(-1)?.[0]
  return model === undefined ? withTasks : withTasks.input.model(isUri(model) ? model : pathFrom(world, model))
}

/** The channels of `--unpack`, each of which must be an input's. */
function unpackedChannels(parsed: Parsed): readonly string[] {
  const named = [...textsOf(parsed, 'inputS3'), ...textsOf(parsed, 'inputTask')].map(([channel]) => channel)
  const known = textsOf(parsed, 'inputPath').length > 0 ? ['data', ...named] : named
  const asked = textsOf(parsed, 'unpack').flat()
  const unknown = asked.find((channel) => !known.includes(channel))
  if (unknown === undefined) return asked
  throw usageError(
    `--unpack names the channel ${unknown}, and no input has it`,
    'Say the NAME of an --iis or --iit, or data for -i.',
  )
}

/** How an input is to come, by its channel. */
function howOf(unpacked: readonly string[]) {
  return (channel: string, distribution?: string, subdir?: string): InputOptions => ({
    channel,
    // Checked by the library, which knows what may stand here.
    ...(distribution === undefined ? {} : { distribution: distribution as NonNullable<InputOptions['distribution']> }),
    ...(subdir === undefined || subdir === '' ? {} : { subdir }),
    ...(unpacked.includes(channel) ? { unpack: true } : {}),
  })
}

const isUri = (text: string): boolean => /^s3:\/\//i.test(text)

/** How this call wants it: what `--force_running`, `--clean_state` and `--keep_state` mean. */
export function wishOf(parsed: Parsed): { readonly force?: boolean; readonly clean?: boolean; readonly skip?: 'completed' } {
  const { force, clean, keep } = valuesOf(parsed, callOptions)
  if (clean === true && keep === true) throw usageError('--clean_state and --keep_state cannot both be', 'Leave one of them out.')
  return {
    ...(force === true ? { force } : {}),
    ...(clean === true ? { clean } : {}),
    ...(keep === true ? { skip: 'completed' as const } : {}),
  }
}

/** What `-o` brings: the logs always, the rest when it is asked for. */
export function downloadsOf(parsed: Parsed): readonly ('logs' | 'state' | 'model' | 'output')[] {
  const { downloadState, downloadModel, downloadOutput } = valuesOf(parsed, callOptions)
  return [
    'logs',
    ...(downloadState === true ? (['state'] as const) : []),
    ...(downloadModel === true ? (['model'] as const) : []),
    ...(downloadOutput === true ? (['output'] as const) : []),
  ]
}
