import { join } from 'node:path'
import type { Platform, RunHandle } from '@simple-sagemaker/core'
import { callOptions, projectOptions } from '../../grammar/tables/run-options.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Reporter } from '../../render/reporter.ts'
import type { Call } from '../../settings/call.ts'
import { storeOf } from '../../settings/open-platform.ts'
import { pathFrom } from '../../terminal/context.ts'

// A job that ended has its whole log; a reading that does not end is given up.
const longestMs = 60_000

/** Brings the log of a job that failed where `-o` says: that is when it is needed most. Never throws. */
export async function saveFailedLog(call: Call, platform: Platform, handle: RunHandle, reporter: Reporter): Promise<void> {
  const { parsed, settings, context } = call
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  const { task } = valuesOf(parsed, { task: projectOptions.task })
  const job = await Promise.race([handle.job(), context.sleep(0)]).catch(() => undefined)
  if (outputPath === undefined || job === undefined || task === undefined) return
  try {
    const signal = AbortSignal.timeout(longestMs)
    await storeOf(settings, platform, task).download(pathFrom(context, outputPath), { job, only: ['logs'], signal })
    reporter.note(`log of the failed job: ${join(outputPath, 'logs')}`)
  } catch (cause) {
    reporter.warn(`the log of the failed job could not be saved: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
