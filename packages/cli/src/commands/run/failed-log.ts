import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunHandle } from '@simple-sagemaker/core'
import { callOptions } from '../../grammar/tables/run-options.ts'
import type { Call } from '../../settings/call.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Reporter } from '../../render/reporter.ts'
import { pathFrom } from '../../terminal/context.ts'

// A job that ended has its whole log; a reading that does not end is given up.
const longestMs = 60_000

/** Brings the log of a job that failed where `-o` says: that is when it is needed most. Never throws. */
export async function saveFailedLog({ parsed, context }: Call, handle: RunHandle, reporter: Reporter): Promise<void> {
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  const job = await Promise.race([handle.job(), context.sleep(0)]).catch(() => undefined)
  if (outputPath === undefined || job === undefined) return
  const folder = join(pathFrom(context, outputPath), 'logs')
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for await (const line of handle.logs({ signal: AbortSignal.timeout(longestMs) }))
      appendFileSync(join(folder, fileOf(line.machine)), `${line.text}\n`)
    reporter.note(`log of the failed job: ${join(outputPath, 'logs')}`)
  } catch (cause) {
    reporter.warn(`the log of the failed job could not be saved: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** `logs0` for `algo-1`, as the original named them. */
function fileOf(machine: string): string {
  const number = /-(\d+)$/.exec(machine)?.[1]
  return number === undefined ? 'logs' : `logs${Number(number) - 1}`
}
