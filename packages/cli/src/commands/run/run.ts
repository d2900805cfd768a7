import { JobFailedError, JobStoppedError, project, type Platform, type RunHandle, type TaskResult } from '@simple-sagemaker/core'
import { taskOptions } from '@simple-sagemaker/core/options'
import { callOptions } from '../../grammar/tables/run-options.ts'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { textsOf, valuesOf } from '../../grammar/values.ts'
import { openReporter } from '../../render/open-reporter.ts'
import type { Reporter } from '../../render/reporter.ts'
import { runDocument } from '../../render/documents/run-document.ts'
import { runSummary } from '../../render/run-summary.ts'
import { openPlatform, projectOptionsOf, withAllowance } from '../../settings/open-platform.ts'
import { placeFlags } from '../../settings/settings.ts'
import { taskOf, type TaskCommand } from '../../task/build.ts'
import { downloadsOf, namedOutputs, runPolicyOf, unpacks, type DownloadSummary } from '../../task/policy.ts'
import type { DynamicTask } from '../../task/dynamic-task.ts'
import { pathFrom } from '../../terminal/context.ts'
import { asArgument } from '../../terminal/text.ts'
import { CtrlC } from './ctrl-c.ts'
import { isDetached, refuseFolder } from './refuse-folder.ts'
import { saveFailedLog } from './failed-log.ts'
import { showExplanation, showPlan } from './show-plan.ts'
import { showRehearsal } from './show-rehearsal.ts'

/** `ssm run`, `ssm shell`, `ssm process`, and `plan` and `why` in front of them. */
export async function run(call: Call): Promise<number> {
  const { parsed, settings, context } = call
  const name = textOf(parsed.given.get('task')?.at(-1)?.texts[0])
  const machines =
    valuesOf(parsed, { instanceCount: taskOptions.instanceCount }).instanceCount ?? settings.defaults.instanceCount ?? 1
  const flags = placeFlags(parsed, settings)
  const reporter = openReporter(context, { json: call.json, quiet: call.quiet, machines, flags })
  try {
    for (const warning of call.warnings) reporter.warn(warning)
    noteTaken(call, reporter)
    refusePython(call)
    warnOfPython(call, reporter)
    await using platform = await openPlatform(settings, context, (text) => reporter.note(text))
    const projectNamed = project(
      textOf(settings.values.project?.value),
      withAllowance(parsed, projectOptionsOf(settings, platform)),
    )
    const task = taskOf(taskCommand(call), parsed, projectNamed, name, context)
    // A plan is refused when the run would be.
    if (call.instead === 'plan') refuseFolder(call)
    if (call.instead === 'plan') return await showPlan(call, task, runPolicyOf(parsed), reporter)
    if (call.instead === 'why') return await showExplanation(call, task, runPolicyOf(parsed))
    if (call.instead === 'rehearse') return await showRehearsal(call, task, reporter)
    return await runIt(call, task, platform, reporter)
  } finally {
    reporter.close()
  }
}

/** On AWS the image brings its Python. */
function refusePython({ parsed, settings }: Call): void {
  const flag = parsed.given.get('python')?.at(-1)?.spelled
  if (flag === undefined || settings.platform === 'local') return
  const hint = 'On AWS the image brings its Python: choose it with --framework_version and --py_version, or add --platform local.'
  throw usageError(`${flag} applies only to jobs on this computer, and this one runs on AWS`, hint, { flags: [flag] })
}

/** A rehearsal opens a platform of its own; the flag is refused, and what holds for every line is told. */
function warnOfPython({ instead, settings }: Call, reporter: Reporter): void {
  const { python } = settings.values
  if (instead === 'rehearse' && python !== undefined)
    reporter.warn(
      `python ${python.value} (from ${python.origin}) is not used: a rehearsal takes that of VIRTUAL_ENV, else of a .venv beside the code`,
    )
}

function taskCommand({ command }: Call): TaskCommand {
  const { name } = command
  if (name === 'run' || name === 'shell' || name === 'process') return name
  throw usageError(`ssm ${name} does not describe a task`)
}

/** Prints which unknown options became hyperparameters, so that a typing error is seen. */
function noteTaken({ parsed }: Call, reporter: Reporter): void {
  const taken = textsOf(parsed, 'hyperparameters').filter(([name = '']) => parsed.taken.includes(name))
  if (taken.length > 0)
    reporter.note(`hyperparameters: ${taken.map(([name = '', value = '']) => `${name}=${asArgument(value)}`).join(', ')}`)
}

async function runIt(call: Call, task: DynamicTask, platform: Platform, reporter: Reporter): Promise<number> {
  const { parsed, context } = call
  refuseFolder(call)
  const handle = await task.start(runPolicyOf(parsed))
  const ctrlC = new CtrlC(call, handle, platform, reporter)
  try {
    if (isDetached(parsed)) return await leaveRunning(call, handle, reporter, ctrlC.signal)
    for await (const event of handle.events()) {
      reporter.onEvent(event)
      if (context.stdout.isFull()) await context.stdout.flushed(ctrlC.signal)
    }
    const result = await handle.result()
    ctrlC.jobIsDone()
    const downloaded = await download(call, result, reporter, ctrlC.signal)
    if (call.json) context.stdout.write(`${JSON.stringify(runDocument(call, result, downloaded, reporter.warnings))}\n`)
    reporter.summary(await runSummary(call, platform, result, downloaded))
    return exits.done
  } catch (error) {
    const interrupted = await ctrlC.exitCode(error)
    if (interrupted !== undefined) return interrupted
    if (error instanceof JobFailedError || error instanceof JobStoppedError) await saveFailedLog(call, platform, handle, reporter)
    reporter.close()
    throw error
  } finally {
    ctrlC.close()
    letGo(handle)
  }
}

/** `--detach`: ends when the job is submitted, joined or found to be done, and prints its name. */
async function leaveRunning(call: Call, handle: RunHandle, reporter: Reporter, signal: AbortSignal): Promise<number> {
  const { context, json, settings, parsed } = call
  const reached = new AbortController()
  const shown = (async () => {
    for await (const event of handle.events({ signal: AbortSignal.any([signal, reached.signal]) })) reporter.onEvent(event)
  })()
  try {
    const job = await handle.job()
    context.stdout.write(json ? `${JSON.stringify({ v: 1, job: job.name, kind: job.kind })}\n` : `${job.name}\n`)
    const flags = placeFlags(parsed, settings)
    reporter.note(`the job goes on by itself. Wait for it with: ssm wait ${job.name}${flags === '' ? '' : ` ${flags}`}`)
    return exits.done
  } finally {
    reached.abort()
    await shown.catch(() => undefined)
  }
}

async function download(
  { parsed, context }: Call,
  result: TaskResult,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<DownloadSummary | undefined> {
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  if (outputPath === undefined) return undefined
  // A processing task has no model: the flag is taken, as the original took it.
  const flagged = downloadsOf(parsed).filter((part) => part !== 'model' || result.kind === 'training')
  const only = [...flagged, ...(flagged.includes('output') ? namedOutputs(result.outputs) : [])]
  const { files, warnings } = await result.download(pathFrom(context, outputPath), { only, unpack: unpacks(parsed), signal })
  for (const warning of warnings) reporter.warn(warning)
  return { folder: outputPath, files }
}

function letGo(handle: RunHandle): void {
  handle.detach()
}

const textOf = (text: string | undefined): string => text ?? ''
