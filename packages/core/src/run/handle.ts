import type { RunEvent } from '../events/run-event.ts'
import type { JobRef } from '../platform/jobs.ts'
import type { FollowOptions, LogLine } from '../platform/logs.ts'
import type { OutputName } from '../spec/outputs.ts'
import type { TaskResult } from './results/task-result.ts'

/**
 * A run under way. Disposing it (`await using`) stops the jobs that it started and that still run, unless it was detached;
 * a job that it joined belongs to whoever started it.
 */
export interface RunHandle<
  Out extends string = OutputName,
  Result = unknown,
  Metric extends string = string,
> extends AsyncDisposable {
  /** Everything that happened and happens, from the first event on, for every reader anew; ends with the run. */
  events(options?: {
    /** Ends the reading; the run goes on. */
    readonly signal?: AbortSignal
  }): AsyncIterable<RunEvent>
  /** Every log line of the task's own job, from the first one on. */
  logs(options?: Omit<FollowOptions, 'untilNow'>): AsyncIterable<LogLine>
  /** The job, once it is submitted, joined, or found to be done. */
  job(): Promise<JobRef>
  /** What came out; rejects as `run()` does. */
  result(): Promise<TaskResult<Out, Result, Metric>>
  /**
   * Asks the jobs of this run to stop, those of tasks that run first too, and ends the preparing. `result()` then rejects.
   * After `detach()`, or an abort of the run's signal, it still stops the jobs that were not seen to end.
   */
  stop(): Promise<void>
  /** Lets the job go on without us: following ends, `result()` rejects with `RunAbortedError`, and disposing stops nothing. */
  detach(): void
}
