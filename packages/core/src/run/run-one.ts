import { isSsmError } from '../errors/ssm-error.ts'
import { cacheFolder } from '../files/cache.ts'
import type { JobRef } from '../platform/jobs.ts'
import type { RunContext } from './context.ts'
import { RunAbortedError } from './follow/errors.ts'
import type { RunPolicy } from './decide/decide.ts'
import type { TaskResult } from './results/task-result.ts'
import { runTask } from './run-task.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Clock } from '../time/clock.ts'
import type { TaskPlatforms } from './runner.ts'
import type { RunControls } from './handle.ts'

export interface Surroundings {
  readonly platforms: TaskPlatforms
  readonly clock: Clock
}

/** One task of a run. */
export interface OneTask {
  readonly spec: TaskSpec
  readonly policy: RunPolicy
  /** Whether it is the task that was asked for, and not one that it needs. */
  readonly isTarget: boolean
  /** Results of the tasks it needs. */
  readonly upstream: RunContext['upstream']
}

/**
 * Runs one task. Leaving ends all of it, with `RunAbortedError`; stopping ends what comes before the job, for a job that
 * is submitted is asked to stop by whoever stops the run, and its end is waited for.
 */
export async function runOne(task: OneTask, run: RunControls, { platforms, clock }: Surroundings): Promise<TaskResult> {
  const { spec, policy, isTarget, upstream } = task
  const own = new AbortController()
  const leave = (): void => own.abort(run.signal.reason)
  const giveUp = (): void => own.abort(run.stopping.reason)
  run.signal.addEventListener('abort', leave)
  run.stopping.addEventListener('abort', giveUp)
  let job: JobRef | undefined
  try {
    run.signal.throwIfAborted()
    run.stopping.throwIfAborted()
    const platform = await platforms.forTask(spec)
    return await runTask(spec, policy, {
      platform,
      clock,
      signal: own.signal,
      cacheDir: cacheFolder(),
      upstream,
      tell: (happening) => run.tell(spec.task, happening),
      reached(found, decision) {
        job = found
        run.stopping.removeEventListener('abort', giveUp)
        run.reached({ platform, job: found, decision, isTarget })
      },
    })
  } catch (cause) {
    const aborted = run.signal.aborted || run.stopping.aborted
    throw aborted && !isSsmError(cause) ? new RunAbortedError(spec.task, job, cause) : cause
  } finally {
    run.signal.removeEventListener('abort', leave)
    run.stopping.removeEventListener('abort', giveUp)
    if (job !== undefined) run.left(job)
  }
}
