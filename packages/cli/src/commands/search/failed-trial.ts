import { SearchFailedError, type Platform } from '@simple-sagemaker/core'
import { jobNamed, tailLog } from '@simple-sagemaker/core/jobs'
import { valuesText } from '../../render/documents/trial-table.ts'
import type { Call } from '../../settings/call.ts'
import { placeFlags } from '../../settings/settings.ts'
import { safeLine } from '../../terminal/text.ts'

const shownLines = 10
// The log of a job that ended is there; a reading that does not end is given up.
const longestMs = 20_000

/** Prints the last lines of a trial that failed, and how to see them all: what it printed tells why. Never throws. */
export async function tellFailedTrial(
  { context, json, parsed, settings }: Call,
  platform: Platform,
  error: unknown,
): Promise<void> {
  if (json || !(error instanceof SearchFailedError)) return
  const trial = error.trials.find(({ status, job }) => status === 'failed' && job !== undefined)
  if (trial?.job === undefined) return
  const { number, job } = trial
  try {
    const signal = AbortSignal.timeout(longestMs)
    const lines: string[] = []
    for await (const { text } of tailLog(await jobNamed(job, platform, { signal }), platform, { last: shownLines, signal }))
      lines.push(`  ${safeLine(text, false)}\n`)
    const flags = placeFlags(parsed, settings)
    const all = `ssm logs ${job} --tail 0${flags === '' ? '' : ` ${flags}`}`
    const head = lines.length === 0 ? 'printed nothing' : `failed. Its last lines; all of them: ${all}`
    context.stderr.write(`trial ${number} (${valuesText(trial)}) ${head}\n${lines.join('')}`)
  } catch {
    // The error itself is told in any case.
  }
}
