import type { Explanation, Plan } from '../../run/plan.ts'
import type { RunHandle } from '../../run/handle.ts'
import type { RunOptions } from '../../run/run-options.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { OutputName } from '../../spec/outputs.ts'
import type { OutputRef } from './input-options.ts'
import type { facts, TaskFacts } from './known-tasks.ts'
import type { MetricsOf, NamedOutputsOf, ResultOf, WorkerFacts } from './state.ts'

// A task of which nothing is known stands for every task, whatever its outputs.
type FactsOf<Out extends string, State> = 0 extends 1 & State
  ? unknown
  : TaskFacts<Out, ResultOf<State>, MetricsOf<State>, NamedOutputsOf<State>>

/** What a ready task can do. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface Runs<Name extends string = string, Out extends string = OutputName, State = any> {
  /** What a project keeps of the task; for the compiler alone. */
  readonly [facts]?: FactsOf<Out, State>
  /** What `worker<typeof train>()` of the worker toolkit knows of the task; for the compiler alone. */
  readonly '~worker'?: 0 extends 1 & State ? unknown : WorkerFacts<State>
  /** The task's name. */
  readonly name: Name
  /** Whether it is a training or a processing task. */
  readonly kind: JobKind
  /**
   * One of its outputs, for another task's `.input.from()`: that one then runs this one first.
   *
   * @example next.input.from(train.output('model'))
   */
  output<const Output extends Out>(name: Output): OutputRef<Output>
  /**
   * Runs the task, after the tasks whose outputs it reads, and waits for its end. What has not changed since it completed is
   * skipped; the same job still running is joined. An abort of `signal` ends the waiting, not the job.
   *
   * @example const { outputs, metrics } = await train.run()
   * @throws {InvalidTaskError} before anything starts, with all problems. {JobFailedError} {JobStoppedError} {RunAbortedError} {PlatformError}
   */
  run(options?: RunOptions): Promise<TaskResult<Out, ResultOf<State>, MetricsOf<State>>>
  /**
   * Starts the same in the background: a handle with its events, its log and its result.
   *
   * @example await using run = await train.start()
   */
  start(options?: RunOptions): Promise<RunHandle<Out, ResultOf<State>, MetricsOf<State>>>
  /**
   * The exact request, what would be uploaded, and what would be skipped. Writes nothing.
   *
   * @example const { request, uploads } = await train.plan()
   */
  plan(options?: RunOptions): Promise<Plan>
  /**
   * Whether a run would skip, join or start, and which parts have changed. Writes nothing.
   *
   * @example console.log((await train.explain()).decision.because)
   */
  explain(options?: RunOptions): Promise<Explanation>
}
