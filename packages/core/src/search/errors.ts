import { hideFromPrint, nameOnPrototype, SsmError } from '../errors/ssm-error.ts'
import { reasonInLine } from '../errors/reason.ts'
import type { Text, Wording } from '../errors/wording.ts'
import type { Trial } from './found.ts'

/** A search ended without a completed trial, or with more failed ones than it tolerates. */
export class SearchFailedError extends SsmError {
  /** Every trial, in the order of their numbers. */
  readonly trials: readonly Trial[]

  static {
    nameOnPrototype(this, 'SearchFailedError')
  }

  constructor(message: string, trials: readonly Trial[], options: { readonly cause?: unknown; readonly hint: Text }) {
    super('SEARCH_FAILED', message, {
      ...options,
      facts: { trials: trials.map(({ number, task, status, job }) => ({ number, task, status, job })) },
    })
    this.trials = trials
    hideFromPrint(this, 'trials')
  }
}

/** More trials failed than are tolerated. */
export function tooManyFailed(task: string, tolerate: number, trials: readonly Trial[], cause: unknown): SearchFailedError {
  const failed = trials.filter(({ status }) => status === 'failed')
  const reasons = failed.slice(0, 5).map(({ task: name, message }) => `  ${name}: ${shortReason(message)}`)
  return new SearchFailedError(
    [`${failed.length} of ${trials.length} trials of ${task} failed, and ${tolerate} are tolerated:`, ...reasons].join('\n'),
    trials,
    {
      cause,
      hint: {
        library: 'Fix what failed and run the search again: trials that completed are kept. Or let some fail with .tolerate(n).',
        commandLine:
          'Fix what failed and run the same line again: trials that completed are kept. Or let some fail with --tolerate N.',
      },
    },
  )
}

/** No trial completed: they failed, fell behind, or were stopped with the search. */
export function noneCompleted(task: string, trials: readonly Trial[]): SearchFailedError {
  if (trials.every(({ status }) => status === 'stopped'))
    return new SearchFailedError(`The search of ${task} was stopped before a trial completed`, trials, {
      hint: 'Run it again to go on. If its time limit stopped it, give it more time.',
    })
  return new SearchFailedError(`None of the ${trials.length} trials of ${task} completed with a value`, trials, {
    hint: 'Look at the log of one of them, give the search more time, or stop fewer trials early; run it again to go on.',
  })
}

const shortReason = (text: string | undefined): string => (text === undefined ? 'no reason was given' : reasonInLine(text))

/** Nobody waits any more. */
export const searchAborted = (task: string, cause: unknown): SsmError =>
  new SsmError('RUN_ABORTED', `Waiting for the search of ${task} was aborted; its trials go on`, {
    cause,
    hint: 'Run the same search again: it follows the trials that run, and goes on with the next ones.',
    facts: { task },
  })

/** SageMaker could not carry the tuning job out. */
export const tuningFailed = (
  task: string,
  name: string,
  reason: string | undefined,
  trials: readonly Trial[],
): SearchFailedError =>
  new SearchFailedError(`The tuning job ${name} of ${task} failed: ${shortReason(reason)}`, trials, {
    hint: 'Fix what it says and run the search again: it starts another tuning job, and trials that completed are kept.',
  })

/** The way out of what SageMaker's tuner cannot do. */
export const withoutTuner = (because: string): Wording => ({
  library: `Leave out .on(): the search then runs ordinary jobs, ${because}`,
  commandLine: `Leave out --on: the search then runs ordinary jobs, ${because}`,
})
