import { secondsOf, type Duration } from '../../time/duration.ts'
import type { RetryCause, RetrySpec } from '../result.ts'

/** When a run that failed is tried again with another job. */
export interface RetryOptions<Time = Duration> {
  /** Jobs in all, the first one included: from 2 to 30. */
  readonly attempts: number
  /**
   * Which ends are worth another job; default `['capacity', 'interruption', 'internal']`.
   *
   * `capacity`: there were no machines. `interruption`: they were taken away. `internal`: an error of SageMaker's own.
   * `exit 75`: the program ended with that exit code.
   */
  readonly on?: readonly RetryCause[]
  /** How long to wait before the next job; default `'1 minute'`. */
  readonly pause?: Time
}

export const serviceCauses = ['capacity', 'interruption', 'internal'] as const satisfies readonly RetryCause[]
const fields = ['attempts', 'on', 'pause']
const longestPauseSeconds = 86_400

/** What a policy means; a text says what is wrong with it. */
export function retryOf(given: unknown): RetrySpec | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'must be an object such as { attempts: 3 }'
  const { attempts, on = serviceCauses, pause = '1 minute' } = given as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((name) => !fields.includes(name))
  if (unknown !== undefined) return `has attempts, on and pause, not ${unknown}`
  if (!Number.isInteger(attempts) || Number(attempts) < 2 || Number(attempts) > 30)
    return 'must have attempts as a whole number from 2 to 30'
  if (!Array.isArray(on) || on.length === 0) return 'must have at least one cause in on'
  const wrong = on.findIndex((cause) => !isCause(cause))
  if (wrong >= 0) return `knows the causes ${serviceCauses.join(', ')} and exit <1 to 255>, not on[${wrong}]`
  const pauseSeconds = secondsOf(pause as Duration)
  if (pauseSeconds === undefined || pauseSeconds > longestPauseSeconds) return "must have pause as a duration up to '1 day'"
  return { attempts: Number(attempts), on: [...new Set(on as readonly RetryCause[])], pauseSeconds }
}

function isCause(cause: unknown): cause is RetryCause {
  if (typeof cause !== 'string') return false
  const code = /^exit ([1-9]\d{0,2})$/.exec(cause)?.[1]
  return serviceCauses.some((name) => name === cause) || (code !== undefined && Number(code) <= 255)
}

/** A policy as the command line gives it: the number of attempts, or JSON. What is neither is told by the check. */
export function retryInWords(text: string): RetryOptions {
  if (/^\d+$/.test(text)) return { attempts: Number(text) }
  try {
    return JSON.parse(text) as RetryOptions
  } catch {
    // Not one of them, and the option's check says so in words.
    return text as unknown as RetryOptions
  }
}
