import type { Caller } from '../errors/caller.ts'
import type { TaskOutcome } from './results/outcome.ts'
import type { Explanation, Plan } from './plan.ts'
import type { TaskResult } from './results/task-result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Platform } from '../platform/platform.ts'
import type { RunHandle, RunOptions } from './handle.ts'

/** Where the tasks of a project run. */
export interface TaskPlatforms {
  forTask(spec: Pick<TaskSpec, 'instanceType'>): Promise<Platform>
}

/** Runs the tasks of one project. */
export interface Runner {
  run(spec: TaskSpec, options: RunOptions, caller: Caller): Promise<TaskResult>
  start(spec: TaskSpec, options: RunOptions, caller: Caller): Promise<RunHandle>
  plan(spec: TaskSpec, options: RunOptions): Promise<Plan>
  explain(spec: TaskSpec, options: RunOptions): Promise<Explanation>
  /** Runs these tasks and what they need; one outcome per task, by name. */
  runAll(specs: readonly TaskSpec[], options: RunOptions): Promise<Readonly<Record<string, TaskOutcome>>>
}

/** A runner whose code is read when something runs for the first time: describing tasks must cost nothing. */
export function lazyRunner(platforms: TaskPlatforms): Runner {
  const opened = async (): Promise<Runner> => (await import('./open-runner.ts')).openRunner(platforms)
  const forEffects = async (specs: readonly TaskSpec[]): Promise<Runner> => {
    if (Symbol.for('simple-sagemaker.describe-only') in globalThis)
      (await import('./lookup/describe-only.ts')).refuseWhenDescribing(specs)
    return opened()
  }
  return {
    run: async (spec, options, caller) => await (await forEffects([spec])).run(spec, options, caller),
    start: async (spec, options, caller) => await (await forEffects([spec])).start(spec, options, caller),
    plan: async (spec, options) => await (await opened()).plan(spec, options),
    explain: async (spec, options) => await (await opened()).explain(spec, options),
    runAll: async (specs, options) => await (await forEffects(specs)).runAll(specs, options),
  }
}
