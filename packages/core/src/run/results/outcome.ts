import { hideFromPrint, isSsmError, nameOnPrototype, SsmError } from '../../errors/ssm-error.ts'
import type { AnyTaskResult, TaskResult } from './task-result.ts'

/** How one task of a graph ended. */
export type TaskOutcome<Result = TaskResult> =
  | {
      readonly status: 'completed'
      /** What came out of it. */
      readonly result: Result
    }
  | {
      readonly status: 'failed'
      /** Why it failed: an `SsmError` for all that the library knows; other errors come from code of yours that it called, or are bugs. */
      readonly error: SsmError | Error
    }
  /** Not started, because tasks it needs failed. */
  | {
      readonly status: 'blocked'
      /** The tasks that failed. */
      readonly by: readonly string[]
    }

/** Some tasks of a graph failed; those that need them were not started, all others ended well. */
export class GraphFailedError extends SsmError {
  /** Task name → how it ended. */
  readonly outcomes: Readonly<Record<string, TaskOutcome<AnyTaskResult>>>

  static {
    nameOnPrototype(this, 'GraphFailedError')
  }

  constructor(outcomes: Readonly<Record<string, TaskOutcome>>) {
    const failed = Object.entries(outcomes).flatMap(([task, outcome]) =>
      outcome.status === 'failed' ? [{ task, error: outcome.error }] : [],
    )
    const blocked = Object.entries(outcomes).filter(([, outcome]) => outcome.status === 'blocked')
    const reasons = failed.map(({ task, error }) => `  ${task}: ${error.message}`)
    super(
      'GRAPH_FAILED',
      [
        `${failed.length} of ${Object.keys(outcomes).length} tasks failed, ${blocked.length} were blocked by them:`,
        ...reasons,
      ].join('\n'),
      {
        cause: failed[0]?.error,
        hint: 'Fix the failed tasks and run again: finished tasks are skipped.',
        facts: {
          failed: failed.map(({ task, error }) => ({ task, code: isSsmError(error) ? error.code : undefined })),
          blocked: blocked.map(([task]) => task),
        },
      },
    )
    this.outcomes = outcomes
    hideFromPrint(this, 'outcomes')
  }
}
