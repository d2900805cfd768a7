import { callerOf } from '../../errors/caller.ts'
import { freeze } from '../../lang/freeze.ts'
import { assertFields, assertRunOptions } from '../../options/errors.ts'
import type { Runner } from '../../run/runner.ts'
import type { Found, SearchHandle, SearchRunOptions } from '../../search/found.ts'
import type { FoundVariants } from '../../search/index.ts'
import type { SearchPlan } from '../../search/plan.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { searchFields } from '../problems/fields.ts'
import { secondsOf, type Duration } from '../../time/duration.ts'

type Plan = Omit<SearchPlan, 'task' | 'trials' | 'parallel'> & Partial<Pick<SearchPlan, 'trials' | 'parallel'>>

const stopFields = { after: true, factor: true } as const
const usualTrials = 20
const usualParallel = 4

/** The one class behind every search: an immutable plan. The code that carries it out is read when it runs. */
export class SearchBuilder {
  readonly #spec: () => TaskSpec
  readonly #runner: Runner
  readonly #plan: Plan

  constructor(spec: () => TaskSpec, runner: Runner, plan: Plan) {
    this.#spec = spec
    this.#runner = runner
    this.#plan = freeze(plan)
  }

  minimize = (metric: string): SearchBuilder => this.#next({ goal: { metric, direction: 'minimize' } })
  maximize = (metric: string): SearchBuilder => this.#next({ goal: { metric, direction: 'maximize' } })
  trials = (trials: number): SearchBuilder => this.#next({ trials })
  parallel = (parallel: number): SearchBuilder => this.#next({ parallel })
  // What is no duration is said when the search runs, with everything else.
  within = (time: Duration): SearchBuilder => this.#next({ withinSeconds: secondsOf(time) ?? Number.NaN })
  tolerate = (tolerate: number): SearchBuilder => this.#next({ tolerate })
  seed = (seed: number): SearchBuilder => this.#next({ seed })
  on = (on: NonNullable<SearchPlan['on']>): SearchBuilder => this.#next({ on })
  by = (by: SearchPlan['by']): SearchBuilder => this.#next({ by })
  stopEarly = (options: { readonly after?: number; readonly factor?: number } = {}): SearchBuilder => {
    assertFields(this.#spec().task, 'stopEarly', options, stopFields)
    const { after = 1, factor = 3 } = options
    return this.#next({ halving: { after, factor } })
  }

  run = async (options: SearchRunOptions = {}): Promise<Found | FoundVariants> => (await this.#start(options, this.run)).result()
  start = async (options: SearchRunOptions = {}): Promise<SearchHandle<Found | FoundVariants>> => this.#start(options, this.start)

  async #start(options: SearchRunOptions, method: () => unknown): Promise<SearchHandle<Found | FoundVariants>> {
    const caller = callerOf(method)
    const task = this.#spec()
    assertRunOptions(task.task, options, searchFields)
    if (Symbol.for('simple-sagemaker.describe-only') in globalThis)
      (await import('../../run/lookup/describe-only.ts')).refuseWhenDescribing([task])
    const { startSearch } = await import('../../search/index.ts')
    const { over } = this.#plan
    const trials = over.kind === 'list' ? lengthOf(over.list) : (this.#plan.trials ?? usualTrials)
    const plan = {
      ...this.#plan,
      task,
      trials,
      parallel: this.#plan.parallel ?? Math.min(usualParallel, typeof trials === 'number' ? trials : usualParallel),
    }
    return startSearch(plan, { runner: this.#runner, caller }, options)
  }

  #next(change: Partial<Plan>): SearchBuilder {
    return new SearchBuilder(this.#spec, this.#runner, { ...this.#plan, ...change })
  }
}

// What is no list is told with everything else that is wrong.
const lengthOf = (list: unknown): number => (Array.isArray(list) && list.length > 0 ? list.length : 1)

/** A search of nothing but its space or its list. */
export const firstPlan = (over: SearchPlan['over']): Plan => ({ over, tolerate: 0, seed: 0, by: 'bayes' })
