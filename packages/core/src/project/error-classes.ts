import type { SearchFailedError } from '../search/errors.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { isSsmError as isErrorOfOurs, type SsmError } from '../errors/ssm-error.ts'
import type { GraphCycleError } from '../graph/order.ts'
import type { InvalidNameError } from '../names/task-name.ts'
import type { InvalidTaskError } from '../options/errors.ts'
import type { PlatformError } from '../platform/errors.ts'
import type { JobFailedError, JobStoppedError, RunAbortedError } from '../run/follow/errors.ts'
import type { ResultInvalidError } from '../run/results/errors.ts'
import type { FunctionFailedError } from './functions/errors.ts'
import type { GraphFailedError } from '../run/results/outcome.ts'

/** The class of each code that has fields of its own; the others are an `SsmError` with their facts. */
interface ErrorClasses {
  readonly TASK_INVALID: InvalidTaskError
  readonly NAME_INVALID: InvalidNameError
  readonly GRAPH_CYCLE: GraphCycleError
  readonly GRAPH_FAILED: GraphFailedError
  readonly SEARCH_FAILED: SearchFailedError
  readonly FUNCTION_FAILED: FunctionFailedError
  readonly JOB_FAILED: JobFailedError
  readonly JOB_STOPPED: JobStoppedError
  readonly JOB_TIMED_OUT: JobStoppedError
  readonly RUN_ABORTED: RunAbortedError
  readonly RESULT_INVALID: ResultInvalidError
}

/** The error of a code, with its fields. */
export type ErrorOf<Code extends ErrorCode> = Code extends ErrorCode
  ? {
      /** Says what happened, for programs. */
      readonly code: Code
    } & (Code extends keyof ErrorClasses ? ErrorClasses[Code] : Code extends `PLATFORM_${string}` ? PlatformError : SsmError)
  : never

/**
 * Whether a value is an error of this library, and, when a code is given, one with this code: it then has that error's fields.
 * It knows errors of other copies of the package too.
 *
 * @example if (isSsmError(error, 'JOB_FAILED')) console.error(error.exitCode, error.lastLines)
 */
export function isSsmError<const Code extends ErrorCode = ErrorCode>(value: unknown, code?: Code): value is ErrorOf<Code> {
  return isErrorOfOurs(value, code)
}
