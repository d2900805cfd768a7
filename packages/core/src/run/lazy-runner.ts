import type { MoneySettings } from '../cost/settings.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { TaskPlatforms } from './context.ts'
import type { Runner } from './runner.ts'

/** A runner whose code is read when something runs for the first time: describing tasks must cost nothing. */
export function lazyRunner(platforms: TaskPlatforms, money?: MoneySettings): Runner {
  const opened = async (): Promise<Runner> => (await import('./open-runner.ts')).openRunner(platforms, undefined, money)
  const forEffects = async (specs: readonly TaskSpec[]): Promise<Runner> => {
    if (Symbol.for('simple-sagemaker.describe-only') in globalThis)
      (await import('./lookup/describe-only.ts')).refuseWhenDescribing(specs)
    return opened()
  }
  return {
    prices: money?.prices,
    run: async (spec, options, caller) => await (await forEffects([spec])).run(spec, options, caller),
    start: async (spec, options, caller) => await (await forEffects([spec])).start(spec, options, caller),
    plan: async (spec, options) => await (await opened()).plan(spec, options),
    explain: async (spec, options) => await (await opened()).explain(spec, options),
    contextOf: async (spec, options) => await (await opened()).contextOf(spec, options),
    platformOf: async (spec) => platforms.forTask(spec),
    rehearse: async (spec, options) => await (await forEffects([spec])).rehearse(spec, options),
    runAll: async (specs, options) => await (await forEffects(specs)).runAll(specs, options),
  }
}
