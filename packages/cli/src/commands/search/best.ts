import { SsmError } from '@simple-sagemaker/core'
import { exits } from '../../grammar/exit-codes.ts'
import { bestLines, trialDocument, trialsText } from '../../render/documents/trial-table.ts'
import type { Call } from '../../settings/call.ts'
import { storeOf } from '../../settings/job-place.ts'
import { coloursFor } from '../../terminal/colours.ts'
import { withPlatform } from '../with-platform.ts'

/** `ssm best`: the best trial of a task's newest search, and the others. */
export const best = (call: Call): Promise<number> =>
  withPlatform(call, async ({ platform, signal }) => {
    const { parsed, settings, context, json } = call
    const task = parsed.given.get('task')?.at(-1)?.texts[0] ?? ''
    const [newest] = await storeOf(settings, platform, task).searches({ signal })
    if (newest?.best?.job === undefined)
      throw new SsmError(
        'OUTPUT_MISSING',
        newest === undefined ? `Task ${task} has no search` : `No trial of the search of ${task} has completed yet`,
        { hint: 'Run one with ssm search run.', facts: { task } },
      )
    const { best: found, goal, trials } = newest
    const columns = context.stdout.isTTY ? context.stdout.columns() : Number.POSITIVE_INFINITY
    context.stdout.write(
      json
        ? `${JSON.stringify({ v: 1, goal, best: trialDocument(found), trials: trials.map(trialDocument) })}\n`
        : `${trialsText(trials, coloursFor(context.stdout, context), columns)}${bestLines({ ...found, job: found.job ?? '' })}`,
    )
    return exits.done
  })
