import { openTensorboard, type Tensorboard, type TensorboardFiles } from '@simple-sagemaker/core/jobs'
import { tensorboardOptions } from '../../grammar/tables/small-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Call } from '../../settings/call.ts'
import { orNoJob } from '../../settings/missing.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'
import { reportPlace } from './report.ts'

/** `ssm tensorboard`: what a task's jobs wrote for TensorBoard, in a TensorBoard that runs until Ctrl-C. */
export const tensorboard = (call: Call): Promise<number> => withPlatform(call, (opened) => serve(call, opened))

async function serve(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { context, json, parsed } = call
  const { boardPort, noInstall } = valuesOf(parsed, tensorboardOptions)
  const place = reportPlace(call, platform)
  if (!('job' in place) && place.task === undefined)
    throw usageError('ssm tensorboard needs the name of a job, or -p PROJECT and -t TASK', 'ssm ps lists jobs.')
  const shown = 'job' in place ? place : { ...place, task: place.task ?? '' }
  let found: TensorboardFiles | undefined
  const options = {
    signal,
    install: noInstall !== true,
    ...(boardPort === undefined ? {} : { port: boardPort }),
    onInstall: () => reporter.note('installing TensorBoard into the cache, for the first time'),
    onUpdate: (files: TensorboardFiles) => {
      if (found?.runs.length === 0 && files.runs.length > 0) reporter.note(`there are files now: ${files.runs.join(', ')}`)
      found = files
    },
    onProblem: (cause: unknown) =>
      reporter.warn(`new files could not be downloaded: ${cause instanceof Error ? cause.message : String(cause)}`),
  }
  const open = (): Promise<Tensorboard> => openTensorboard(shown, options)
  await using board = 'job' in shown ? await open() : await orNoJob(shown.task, call.settings, platform, signal, open)
  if (found?.runs.length === 0)
    reporter.note(
      'no files for TensorBoard yet: a program writes them to SSM_TENSORBOARD_DIR, and the option --tensorboard stores them',
    )
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, url: board.url, runs: found?.runs ?? [] })}\n`)
  else reporter.note(`open ${board.url} in a browser of this computer; Ctrl-C ends TensorBoard, and no job`)
  return await board.ended
}
