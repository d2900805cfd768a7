import { isSsmError, type ErrorCode } from '@simple-sagemaker/core'
import type { EndSignal } from '../terminal/context.ts'

/** The exit codes; the same for every command. */
export const exits = {
  done: 0,
  failed: 1,
  usage: 2,
  denied: 4,
  missing: 5,
  quota: 6,
  timedOut: 7,
  interrupted: 130,
  terminated: 143,
} as const

/** The exit code of every error: a new error without a number does not compile. */
export const exitCodes = {
  TASK_INVALID: exits.usage,
  NAME_INVALID: exits.usage,
  CODE_MISSING: exits.missing,
  CODE_UNBUNDLABLE: exits.failed,
  PACKAGE_MISSING: exits.missing,
  WHEELS_MISSING: exits.missing,
  INPUT_MISSING: exits.missing,
  OUTPUT_MISSING: exits.missing,
  RESULT_INVALID: exits.failed,
  FUNCTION_FAILED: exits.failed,
  GRAPH_CYCLE: exits.usage,
  GRAPH_FAILED: exits.failed,
  SEARCH_FAILED: exits.failed,
  JOB_FAILED: exits.failed,
  JOB_STOPPED: exits.failed,
  JOB_TIMED_OUT: exits.timedOut,
  JOB_LOST: exits.missing,
  STATE_IN_USE: exits.failed,
  BUDGET_EXCEEDED: exits.quota,
  PRICE_UNKNOWN: exits.quota,
  RUN_ABORTED: exits.interrupted,
  OBJECT_MISSING: exits.missing,
  OBJECT_CHANGED: exits.failed,
  OBJECT_CORRUPT: exits.failed,
  ARCHIVE_UNSAFE: exits.failed,
  STORAGE_FULL: exits.quota,
  STORAGE_DENIED: exits.denied,
  PLATFORM_CREDENTIALS: exits.denied,
  PLATFORM_DENIED: exits.denied,
  PLATFORM_QUOTA: exits.quota,
  PLATFORM_CAPACITY: exits.quota,
  PLATFORM_THROTTLED: exits.quota,
  PLATFORM_UNREACHABLE: exits.failed,
  PLATFORM_REFUSED: exits.failed,
  PLATFORM_UNSUPPORTED: exits.usage,
  BUCKET_FOREIGN: exits.denied,
  IMAGE_UNKNOWN: exits.missing,
  IMAGE_FAILED: exits.failed,
  ENGINE_MISSING: exits.missing,
  USAGE: exits.usage,
} as const satisfies Record<ErrorCode, number>

/** The exit code for whatever was thrown; 1 for what nobody foresaw. */
export function exitCodeOf(error: unknown): number {
  const signal = signalBehind(error)
  if (signal !== undefined) return signalExits[signal]
  return isSsmError(error) ? exitCodes[error.code] : exits.failed
}

/** The exit code of a command that was ended by a signal. */
export const signalExits: Readonly<Record<EndSignal, number>> = {
  SIGINT: exits.interrupted,
  SIGTERM: exits.terminated,
  SIGHUP: 129,
}

/** The signal by which the user left a command that was only looking: no failure of anything. */
export function signalBehind(error: unknown): EndSignal | undefined {
  const signal = isSsmError(error, 'RUN_ABORTED') ? error.facts['signal'] : undefined
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' ? signal : undefined
}
