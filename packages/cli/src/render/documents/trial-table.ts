import type { Trial } from '@simple-sagemaker/core'
import type { Colours } from '../../terminal/colours.ts'
import { amountText } from '../cost/cost-text.ts'
import { fit, reasonsInLine, safeLine, spanText, sparkline, table } from '../../terminal/text.ts'

/** A trial as it is shown: one of a search under way, or one that is noted. */
export type ShownTrial = Omit<Trial, 'result'>

const colourOf = { completed: 'green', failed: 'red', 'stopped-early': 'yellow', stopped: 'yellow', running: 'cyan' } as const

/** Trials in a table: what they ran with, how they stand, and the course of their metric. */
export function trialsText(trials: readonly ShownTrial[], colours: Colours, columns: number): string {
  if (trials.length === 0) return 'no trials\n'
  const hasCosts = trials.some(({ costUsd }) => costUsd !== undefined)
  const rows = trials.map((trial) => [
    String(trial.number),
    colours[colourOf[trial.status]](trial.status),
    numberText(trial.value),
    sparkline(trial.course.map(({ value }) => value)),
    trial.seconds === undefined ? '' : spanText(trial.seconds * 1_000),
    ...(hasCosts ? [trial.costUsd === undefined ? '' : amountText(trial.costUsd)] : []),
    valuesText(trial),
  ])
  const text = table(['TRIAL', 'STATUS', 'VALUE', 'COURSE', 'TIME', ...(hasCosts ? ['USD'] : []), 'HYPERPARAMETERS'], rows)
  return Number.isFinite(columns)
    ? text
        .split('\n')
        .map((line) => fit(line, columns))
        .join('\n')
    : text
}

/** One trial in a line. */
export function trialLine(trial: ShownTrial, colours: Colours): string {
  const value = trial.value === undefined ? '' : ` ${numberText(trial.value)}`
  const why = trial.message === undefined ? '' : `: ${reasonsInLine(trial.message)}`
  return safeLine(
    `trial ${trial.number} ${colours[colourOf[trial.status]](trial.status)}${value}  ${valuesText(trial)}${why}`,
    true,
  )
}

/** The best one, in two lines. */
export function bestLines({
  hyperparameters,
  job,
}: {
  readonly hyperparameters: ShownTrial['hyperparameters']
  readonly job: string
}): string {
  return `best: ${valuesText({ hyperparameters })}\njob: ${job}\n`
}

/** A trial as `--json` prints it. */
export function trialDocument({
  number,
  task,
  hyperparameters,
  status,
  value,
  course,
  job,
  seconds,
  billableSeconds,
  costUsd,
  message,
}: ShownTrial): object {
  return { number, task, hyperparameters, status, value, job, seconds, billableSeconds, costUsd, message, course }
}

/** `lr=0.1 optimizer=adam`. */
export function valuesText({ hyperparameters }: Pick<ShownTrial, 'hyperparameters'>): string {
  return Object.entries(hyperparameters)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? numberText(value) : typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(' ')
}

/** A value of a metric with the digits that count. */
export const numberText = (value: number | undefined): string => (value === undefined ? '' : String(Number(value.toPrecision(5))))
