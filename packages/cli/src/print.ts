/**
 * Prints what happens in a run.
 *
 * @module @simple-sagemaker/cli/print
 */
import type { RunEvent, SearchEvent } from '@simple-sagemaker/core'
import { numberText, valuesText } from './render/documents/trial-table.ts'
import { openReporter } from './render/open-reporter.ts'
import type { Reporter } from './render/reporter.ts'
import { processContext, type CliContext } from './terminal/context.ts'
import { reasonsOf } from './terminal/text.ts'

/** How events are printed. */
export interface PrintOptions {
  /** Prints warnings and the program's own lines, and nothing else. Default `false`. */
  readonly quiet?: boolean
  /** Prints the lines of the log. Default `true`. */
  readonly logs?: boolean
}

/**
 * Prints what happens in a run or a search: give it to `run({ onEvent: printEvents() })`. The lines of the log go to stdout, everything
 * else to stderr; in a terminal progress is updated in place, elsewhere there are plain lines. One function prints any number
 * of tasks that run at once; when several machines or tasks may print, each line of the log says whose it is. Of a search it also prints the
 * beginning and the end of each trial.
 *
 * @example const result = await train.run({ onEvent: printEvents() })
 */
export function printEvents(options: PrintOptions = {}): (event: SearchEvent) => void {
  return eventPrinter(processContext(), options)
}

/** The same for other streams. */
export function eventPrinter(context: CliContext, { quiet = false, logs = true }: PrintOptions): (event: SearchEvent) => void {
  const reporter = openReporter(context, { json: false, quiet, machines: undefined, reader: 'library' })
  return (event) => {
    if (event.type === 'trial-started') reporter.expectSeveral()
    if (event.type === 'trial-started' || event.type === 'trial-ended') {
      if (!quiet) trialTold(event, reporter)
      return
    }
    if (event.type !== 'logged' || logs) reporter.onEvent(event)
    if (event.type === 'finished' && !quiet) finished(event, reporter, logs)
  }
}

// Without the log, its last lines stand in the message of a job that failed.
function finished({ task, outcome }: Extract<RunEvent, { type: 'finished' }>, reporter: Reporter, logs: boolean): void {
  if (outcome.kind === 'completed') {
    if (!outcome.skipped) reporter.ended('done', `${task} completed (${outcome.job})`)
  } else if (outcome.kind === 'blocked') reporter.ended('failed', `${task} was not started: it needs ${outcome.by.join(', ')}`)
  else if (outcome.code === 'RUN_ABORTED') reporter.note(`${task}: ${reasonsOf(outcome.message)}`)
  else reporter.ended('failed', `${task} failed: ${logs ? reasonsOf(outcome.message) : outcome.message}`)
}

type TrialEvent = Exclude<SearchEvent, RunEvent>

function trialTold(event: TrialEvent, reporter: Reporter): void {
  const trial = `trial ${event.trial} (${event.task})`
  if (event.type === 'trial-started') {
    reporter.note(`${trial} is started: ${valuesText(event)}`)
    return
  }
  const { status, value } = event
  const text = `${trial} ${status}${value === undefined ? '' : `: ${numberText(value)}`}`
  if (status === 'completed') reporter.ended('done', text)
  else if (status === 'failed') reporter.ended('failed', text)
  else reporter.note(text)
}
