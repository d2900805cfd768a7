import {
  choice,
  project,
  range,
  type Domain,
  type HyperparameterValue,
  type Platform,
  type SearchHandle,
  type Trial,
} from '@simple-sagemaker/core'
import { exits, signalExits } from '../../grammar/exit-codes.ts'
import { searchOptions } from '../../grammar/tables/search-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { textsOf, valuesOf } from '../../grammar/values.ts'
import { openReporter } from '../../render/open-reporter.ts'
import type { Reporter } from '../../render/reporter.ts'
import { bestLines, trialDocument, trialLine, trialsText } from '../../render/documents/trial-table.ts'
import type { Call } from '../../settings/call.ts'
import { openPlatform, projectOptionsOf, withAllowance } from '../../settings/open-platform.ts'
import { taskOf } from '../../task/build.ts'
import type { DynamicSearch } from '../../task/dynamic-task.ts'
import { coloursFor } from '../../terminal/colours.ts'
import { countText } from '../../terminal/text.ts'
import type { EndSignal } from '../../terminal/context.ts'
import { tellFailedTrial } from './failed-trial.ts'
import { TrialRegion } from './trial-region.ts'

/** `ssm search run …` and `ssm search shell …`: searches hyperparameters of the task that the line describes. */
export async function search(call: Call): Promise<number> {
  const { settings, context } = call
  const reporter = openReporter(context, { json: call.json, quiet: true, machines: 1 })
  try {
    for (const warning of call.warnings) reporter.warn(warning)
    noteTaken(call)
    await using platform = await openPlatform(settings, context, (text) => reporter.note(text))
    const handle = await searchOf(call, platform).start()
    return await follow(call, handle, platform, reporter)
  } finally {
    reporter.close()
  }
}

/** Prints which unknown options became hyperparameters of every trial, so that a typing error is seen. */
function noteTaken({ parsed, context, json, quiet }: Call): void {
  const taken = textsOf(parsed, 'hyperparameters').filter(([name = '']) => parsed.taken.includes(name))
  if (taken.length > 0 && !json && !quiet)
    context.stderr.write(`hyperparameters of every trial: ${taken.map((pair) => pair.join('=')).join(', ')}\n`)
}

function searchOf(call: Call, platform: Platform): DynamicSearch {
  const { parsed, settings, context } = call
  const [kind] = parsed.positionals
  if (kind !== 'run' && kind !== 'shell')
    throw usageError('ssm search is followed by run or shell and the options of a task', 'See: ssm search --help')
  refuseOtherCode(kind, call)
  const named = project(settings.values.project?.value ?? '', withAllowance(parsed, projectOptionsOf(settings, platform)))
  const task = taskOf(kind, parsed, named, parsed.given.get('task')?.at(-1)?.texts[0] ?? '', context)
  const { minimize, maximize, trials, parallel, within, tolerate, by, on, searchSeed, stopEarly } = valuesOf(
    parsed,
    searchOptions,
  )
  if ((minimize === undefined) === (maximize === undefined))
    throw usageError(
      'ssm search needs one of --minimize METRIC and --maximize METRIC',
      'The metric is one that --md NAME EXPRESSION finds.',
    )
  let found = task.search(Object.fromEntries(textsOf(parsed, 'search').map(domainOf)))
  found = minimize === undefined ? found.maximize(maximize ?? '') : found.minimize(minimize)
  if (trials !== undefined) found = found.trials(trials)
  if (parallel !== undefined) found = found.parallel(parallel)
  if (within !== undefined) found = found.within(within)
  if (tolerate !== undefined) found = found.tolerate(tolerate)
  if (by !== undefined) found = found.by(by)
  if (on !== undefined) found = found.on(on)
  if (searchSeed !== undefined) found = found.seed(searchSeed)
  return stopEarly === true ? found.stopEarly() : found
}

const codeOf = { run: ['entry', 'sourceDir'], shell: ['shell', 'files'] } as const

/** What only the other kind of line takes would be passed over. */
function refuseOtherCode(kind: 'run' | 'shell', { parsed }: Call): void {
  const other = kind === 'run' ? 'shell' : 'run'
  const spelled = codeOf[other].map((key) => parsed.given.get(key)?.at(-1)?.spelled).find((found) => found !== undefined)
  if (spelled !== undefined)
    throw usageError(`${spelled} does not apply to ssm search ${kind}`, `It is an option of ssm search ${other}.`, {
      option: spelled,
    })
}

function domainOf([name = '', kind = '', ...values]: readonly string[]): readonly [string, Domain] {
  const [first, ...others] = values
  if (kind === 'choice' && first !== undefined) return [name, choice(first, ...others)]
  if (kind === 'choice_json' && first !== undefined)
    return [name, choice(jsonOf(name, first), ...others.map((text) => jsonOf(name, text)))]
  const [min, max] = values.map(Number)
  if ((kind === 'log' || kind === 'float' || kind === 'int') && values.length === 2 && min !== undefined && max !== undefined)
    // Empty ranges and the like are refused by the library, with everything else that is wrong.
    return [name, range[kind](min as never, max as never)]
  throw usageError(
    `--search ${[name, kind, ...values].join(' ')} is no hyperparameter to search`,
    'Write --search lr log 1e-5 1e-1, --search size int 1 4, --search drop float 0 0.5, --search opt choice adam sgd, or --search momentum choice_json 0 0.5.',
  )
}

/** A value of `choice_json`, which a program gives as it is: a number, true, a list. */
function jsonOf(name: string, text: string): HyperparameterValue {
  try {
    return JSON.parse(text) as HyperparameterValue
  } catch {
    throw usageError(
      `--search ${name} choice_json needs values that are JSON, not ${text}`,
      `Write --search ${name} choice for texts.`,
    )
  }
}

async function follow(call: Call, handle: SearchHandle, platform: Platform, reporter: Reporter): Promise<number> {
  const { context, json } = call
  let ended: EndSignal | undefined
  const forget = context.onSignal((signal) => {
    ended = signal
    handle.detach()
  })
  const region = call.json || call.quiet ? undefined : new TrialRegion(context, () => handle.trials())
  try {
    for await (const event of handle.events()) {
      if (event.type === 'warned' && !call.quiet) reporter.warn(`${event.task}: ${event.message}`)
      if (event.type === 'trial-ended')
        tellEnd(
          call,
          region,
          handle.trials().find(({ number }) => number === event.trial),
        )
      region?.draw()
    }
    const found = await handle.result()
    region?.close()
    const columns = context.stdout.isTTY ? context.stdout.columns() : Number.POSITIVE_INFINITY
    context.stdout.write(
      json
        ? `${JSON.stringify({ v: 1, best: { ...bestOf(found.trials, found.best.job), metrics: found.best.metrics }, trials: found.trials.map(trialDocument) })}\n`
        : `${trialsText(found.trials, coloursFor(context.stdout, context), columns)}${bestLines(found.best)}`,
    )
    return exits.done
  } catch (error) {
    region?.close()
    if (ended === undefined) {
      await tellFailedTrial(call, platform, error)
      throw error
    }
    tellLeft(call, handle)
    return signalExits[ended]
  } finally {
    forget()
  }
}

function tellLeft({ context, json }: Call, handle: SearchHandle): void {
  // One without a job had not begun.
  const running = handle.trials().filter(({ status, job }) => status === 'running' && job !== undefined).length
  context.stderr.write(json ? `${JSON.stringify({ v: 1, note: leftText(running) })}\n` : `${leftText(running)}\n`)
}

const leftText = (running: number): string =>
  `detached${running === 0 ? ' before a trial was followed' : `: ${countText(running, 'trial goes', 'trials go')} on`}. Run the same line again to continue the search`

/** One line for each end, where no table is drawn. */
function tellEnd({ context, json, quiet }: Call, region: TrialRegion | undefined, trial: Trial | undefined): void {
  if (trial === undefined || json || quiet || region?.isDrawn === true) return
  context.stderr.write(`${trialLine(trial, coloursFor(context.stderr, context))}\n`)
}

function bestOf(trials: readonly Trial[], job: string): object {
  const best = trials.find((trial) => trial.job === job)
  return best === undefined ? {} : trialDocument(best)
}
