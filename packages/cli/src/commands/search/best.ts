import { SsmError, type StoredSearch } from '@simple-sagemaker/core'
import { exits } from '../../grammar/exit-codes.ts'
import { bestOptions } from '../../grammar/tables/search-options.ts'
import { valuesOf } from '../../grammar/values.ts'
import { bestLines, trialDocument, trialsText } from '../../render/documents/trial-table.ts'
import { iso } from '../../render/documents/run-document.ts'
import type { Call } from '../../settings/call.ts'
import { noJobOf } from '../../settings/missing.ts'
import { storeOf } from '../../settings/open-platform.ts'
import { coloursFor } from '../../terminal/colours.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

/** `ssm best`: the best trial of a task's newest search, or of an older one, and the others. */
export const best = (call: Call): Promise<number> => withPlatform(call, (opened) => showBest(call, opened))

async function showBest(call: Call, opened: OpenedPlatform): Promise<number> {
  const { parsed, context, json } = call
  const task = parsed.given.get('task')?.at(-1)?.texts[0] ?? ''
  const { searchNumber = 1 } = valuesOf(parsed, bestOptions)
  const searches = await storeOf(call.settings, opened.platform, task).searches({ signal: opened.signal })
  const search = searches[searchNumber - 1]
  if (search === undefined) throw await noSearch(task, searches.length, call, opened)
  const { best: found, goal, trials, id, createdAtMs } = search
  if (found?.job === undefined)
    throw new SsmError('OUTPUT_MISSING', `No trial of ${nameOf(search, searchNumber)} of ${task} has completed yet`, {
      hint: otherHint(searches, searchNumber) ?? 'Run the line of ssm search again: it goes on with the search.',
      facts: { task },
    })
  if (searches.length > 1)
    opened.reporter.note(
      `${task} has ${searches.length} searches; this is ${nameOf(search, searchNumber)}. Another one: ssm best --search N, 1 is the newest`,
    )
  const columns = context.stdout.isTTY ? context.stdout.columns() : Number.POSITIVE_INFINITY
  const shown = { id, number: searchNumber, of: searches.length, startedAt: iso(createdAtMs) }
  context.stdout.write(
    json
      ? `${JSON.stringify({ v: 1, search: shown, goal, best: trialDocument(found), trials: trials.map(trialDocument) })}\n`
      : `${trialsText(trials, coloursFor(context.stdout, context), columns)}${bestLines({ ...found, job: found.job })}`,
  )
  return exits.done
}

function nameOf({ goal, createdAtMs }: StoredSearch, number: number): string {
  return `search ${number} (${goal.direction} ${goal.metric}, begun ${iso(createdAtMs)})`
}

function otherHint(searches: readonly StoredSearch[], shown: number): string | undefined {
  const other = searches.findIndex(({ best }, at) => best !== undefined && at !== shown - 1)
  return other === -1
    ? undefined
    : `${searches.length} searches of it are stored: ssm best --search ${other + 1} shows one with a best trial.`
}

async function noSearch(
  task: string,
  count: number,
  { settings }: Call,
  { platform, signal }: OpenedPlatform,
): Promise<SsmError> {
  if (count > 0)
    return new SsmError('OUTPUT_MISSING', `Task ${task} has ${count === 1 ? 'one search' : `${count} searches`}`, {
      hint: `Give --search a number from 1, the newest, to ${count}.`,
      facts: { task, searches: count },
    })
  const project = settings.values.project?.value ?? ''
  const message = `Task ${task} has no search`
  for await (const _ of storeOf(settings, platform, task).jobs({ signal }))
    return new SsmError('OUTPUT_MISSING', message, {
      hint: { before: 'It has run as a task. See its newest job with: ', command: `ssm show -p ${project} -t ${task}` },
      facts: { task },
    })
  const { hint } = (await noJobOf(task, settings, platform, signal)).forCommandLine('')
  return new SsmError('OUTPUT_MISSING', message, {
    hint: hint?.startsWith('Did you mean') === true ? hint : 'Run one with ssm search run.',
    facts: { task },
  })
}
