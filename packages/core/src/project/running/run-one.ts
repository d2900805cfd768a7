import { isSsmError } from '../../errors/ssm-error.ts'
import { cacheFolder } from '../../files/cache.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { RunContext } from '../../run/context.ts'
import { RunAbortedError } from '../../run/follow/errors.ts'
import type { RunWish } from '../../run/past/decide.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import { runTask } from '../../run/run-task.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { Clock } from '../../time/clock.ts'
import type { Platforms } from '../platforms.ts'
import type { RunControls } from './run-handle.ts'

export interface Surroundings {
  readonly platforms: Platforms
  readonly clock: Clock
}

/** One task of a run. */
export interface OneTask {
  readonly spec: TaskSpec
  readonly wish: RunWish
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
  const { spec, wish, isTarget, upstream } = task
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
    return await runTask(spec, wish, {
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
