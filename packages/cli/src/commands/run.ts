import { statSync } from 'node:fs'
import {
  JobFailedError,
  JobStoppedError,
  project,
  SsmError,
  type Platform,
  type RunHandle,
  type TaskResult,
} from '@simple-sagemaker/core'
import { callOptions, parameterOptions, taskOptions } from '@simple-sagemaker/core/options'
import type { Call } from '../call.ts'
import { exits } from '../exit-codes.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { openFace, type Face } from '../render/face.ts'
import { runDocument } from '../render/run-document.ts'
import { runSummary } from '../render/run-summary.ts'
import { openPlatform, projectOptionsOf } from '../settings/open.ts'
import { downloadsOf, taskOf, wishOf, type TaskCommand } from '../task/build.ts'
import type { SpokenTask } from '../task/words.ts'
import { pathFrom } from '../world.ts'
import { Interrupts } from './run/interrupts.ts'
import { saveFailedLog } from './run/failed-log.ts'
import { showExplanation, showPlan } from './run/plan.ts'

/** `ssm run`, `ssm shell`, `ssm process`, and `plan` and `why` in front of them. */
export async function run(call: Call): Promise<number> {
  const { parsed, settings, world } = call
  const name = textOf(parsed.given.get('task')?.at(-1)?.texts[0])
  const machines =
    valuesOf(parsed, { instanceCount: taskOptions.instanceCount }).instanceCount ?? settings.defaults.instanceCount ?? 1
  const face = openFace(world, { json: call.json, quiet: call.quiet, machines })
  try {
    for (const warning of call.warnings) face.warn(warning)
    noteTaken(call, face)
    await using platform = await openPlatform(settings, world, (text) => face.note(text))
    const projectNamed = project(textOf(settings.values.project?.value), projectOptionsOf(settings, platform))
    const task = taskOf(taskCommand(call), parsed, projectNamed, name, world)
    if (call.instead === 'plan') return await showPlan(call, task, wishOf(parsed), face)
    if (call.instead === 'why') return await showExplanation(call, task, wishOf(parsed))
    return await runIt(call, task, platform, face)
  } finally {
    face.close()
  }
}

function taskCommand({ command }: Call): TaskCommand {
  const { name } = command
  if (name === 'run' || name === 'shell' || name === 'process') return name
  throw usageError(`ssm ${name} describes no task`)
}

/** What was no option and became a hyperparameter is said, so that a slip of the finger is seen. */
function noteTaken({ parsed }: Call, face: Face): void {
  if (parsed.taken.length === 0) return
  const values = valuesOf(parsed, { hyperparameters: parameterOptions.hyperparameters }).hyperparameters ?? {}
  face.note(
    `hyperparameters: ${parsed.taken.map((name) => `${name}=${typeof values[name] === 'string' ? values[name] : JSON.stringify(values[name])}`).join(', ')}`,
  )
}

async function runIt(call: Call, task: SpokenTask, platform: Platform, face: Face): Promise<number> {
  const { parsed, world } = call
  refuseFile(call)
  const handle = await task.start(wishOf(parsed))
  const interrupts = new Interrupts(call, handle, platform, face)
  try {
    for await (const event of handle.events()) face.happened(event)
    const result = await handle.result()
    interrupts.jobIsDone()
    const downloaded = await download(call, result, interrupts.signal)
    if (call.json) world.stdout.write(`${JSON.stringify(runDocument(call, result, downloaded, face.warnings))}\n`)
    face.summary(runSummary(call, result, downloaded))
    return exits.done
  } catch (error) {
    const interrupted = await interrupts.exitCode(error)
    if (interrupted !== undefined) return interrupted
    if (error instanceof JobFailedError || error instanceof JobStoppedError) await saveFailedLog(call, handle, face)
    face.close()
    throw error
  } finally {
    interrupts.close()
    letGo(handle)
  }
}

/** Where nothing can be saved is said before a job is paid for. */
function refuseFile({ parsed, world }: Call): void {
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  if (outputPath === undefined || kindAt(pathFrom(world, outputPath)) !== 'file') return
  throw new SsmError('STORAGE_DENIED', `${outputPath} is a file, or below one: nothing can be saved there`, {
    hint: 'Give -o the name of a folder.',
    facts: { path: outputPath },
  })
}

function kindAt(path: string): 'file' | 'other' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : 'other'
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR' ? 'file' : 'other'
  }
}

/** What a download brought: the folder as it was typed, and files by part. */
export interface DownloadSummary {
  readonly folder: string
  readonly files: Readonly<Partial<Record<string, number>>>
}

async function download({ parsed, world }: Call, result: TaskResult, signal: AbortSignal): Promise<DownloadSummary | undefined> {
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  if (outputPath === undefined) return undefined
  // A processing task has no model: the flag is taken, as the original took it.
  const only = downloadsOf(parsed).filter((part) => part !== 'model' || result.kind === 'training')
  const { files } = await result.download(pathFrom(world, outputPath), { only, signal })
  return { folder: outputPath, files }
}

function letGo(handle: RunHandle): void {
  handle.detach()
}

const textOf = (text: string | undefined): string => text ?? ''
