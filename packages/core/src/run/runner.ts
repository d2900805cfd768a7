import type { PriceChoice } from '../cost/choice.ts'
import type { Caller } from '../errors/caller.ts'
import type { Platform } from '../platform/platform.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RunHandle } from './handle.ts'
import type { Explanation, Plan } from './plan.ts'
import type { TaskOutcome } from './results/outcome.ts'
import type { TaskResult } from './results/task-result.ts'
import type { RehearseOptions } from './run-options.ts'
import type { Rehearsal } from './rehearse/verdict.ts'
import type { RunOptions } from './run-options.ts'
import type { TaskContext } from './context.ts'

/** A task's context, and whether a budget must be asked before anything is started. */
export interface PreparingContext extends TaskContext {
  readonly hasBudget: boolean
}

/** Runs the tasks of one project. */
export interface Runner {
  /** Where prices are from; absent when the project asks for none. */
  readonly prices?: PriceChoice | undefined
  /** Runs a task to its end. */
  run(spec: TaskSpec, options: RunOptions, caller: Caller): Promise<TaskResult>
  /** Starts a task, and gives what follows it. */
  start(spec: TaskSpec, options: RunOptions, caller: Caller): Promise<RunHandle>
  /** What a run would do. */
  plan(spec: TaskSpec, options: RunOptions): Promise<Plan>
  /** Why a run would skip, join or start. */
  explain(spec: TaskSpec, options: RunOptions): Promise<Explanation>
  /** The platform that a task runs on. */
  platformOf(spec: Pick<TaskSpec, 'instanceType'>): Promise<Platform>
  /** What preparing a job of a task works with, for whoever starts it in another way. */
  contextOf(
    spec: Pick<TaskSpec, 'instanceType' | 'task'>,
    options: Pick<RunOptions, 'signal' | 'onEvent'>,
  ): Promise<PreparingContext>
  /** Tries out on this computer whether a task survives interruptions. */
  rehearse(spec: TaskSpec, options: RehearseOptions): Promise<Rehearsal>
  /** Runs these tasks and what they need; one outcome per task, by name. */
  runAll(specs: readonly TaskSpec[], options: RunOptions): Promise<Readonly<Record<string, TaskOutcome>>>
}
