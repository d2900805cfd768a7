import { noneCompleted } from './errors.ts'
import type { Found, SearchHandle, SearchRunOptions, Trial } from './found.ts'
import type { SearchPlan } from './plan.ts'
import type { SearchWork } from './search-work.ts'
import { SearchSession } from './session.ts'
import { TunerSession } from './tuner/tuner-session.ts'
import type { SearchTools } from './tools.ts'
import { assertGiven, optionProblemsOf } from '../run/lookup/given.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { Values } from './space.ts'

/** A result with the values that it was got with. */
export type ResultWithValues = TaskResult & { readonly hyperparameters: Values }

/** What variants by hand give: the result of each. */
export interface FoundVariants extends Partial<Found> {
  readonly results: readonly ResultWithValues[]
  readonly trials: readonly Trial[]
  readonly report: Found['report']
}

/** Starts a search, and gives what follows it. Whoever asks late gets every event, and the failure too. */
export function startSearch(
  plan: SearchPlan,
  tools: SearchTools,
  options: SearchRunOptions,
): SearchHandle<Found | FoundVariants> {
  const session: SearchWork =
    plan.on === 'sagemaker' ? new TunerSession(plan, tools, options) : new SearchSession(plan, tools, options)
  const outcome = outcomeOf(plan, session, tools).catch((error: unknown) => {
    throw tools.caller(error)
  })
  outcome.catch(() => undefined)
  return {
    events: (options = {}) => {
      assertGiven('events', optionProblemsOf(options))
      return session.events(options.signal)
    },
    trials: () => session.trials(),
    result: () => outcome,
    stop: () => session.stop(),
    detach: () => session.detach(),
    [Symbol.asyncDispose]: () => session.dispose(outcome),
  }
}

async function outcomeOf(plan: SearchPlan, session: SearchWork, tools: SearchTools): Promise<Found | FoundVariants> {
  try {
    await session.run()
    const report: Found['report'] = async (file, options = {}) => {
      assertGiven('report', optionProblemsOf(options))
      const { reportFound } = await import('./report/found.ts')
      await reportFound(plan, session.trials(), tools.runner, file, options)
    }
    if (plan.over.kind === 'list') {
      const results = await Promise.all(session.trials().map(withValues))
      return {
        results,
        trials: session.trials(),
        report,
        ...(plan.goal === undefined ? {} : { best: await bestOf(plan, session) }),
      }
    }
    return { best: await bestOf(plan, session), trials: session.trials(), report }
  } finally {
    session.end()
  }
}

async function bestOf(plan: SearchPlan, session: SearchWork): Promise<ResultWithValues> {
  const loss = (index: number): number => session.states[index]?.loss(plan.goal) ?? Number.POSITIVE_INFINITY
  const completed = session.states.flatMap(({ status }, index) => (status === 'completed' ? [index] : []))
  const [first, ...others] = completed
  const trials = session.trials()
  if (first === undefined) throw noneCompleted(plan.task.task, trials)
  const best = others.reduce((least, index) => (loss(index) < loss(least) ? index : least), first)
  // It is one of the trials.
  return withValues(trials[best] as Trial)
}

async function withValues(trial: Trial): Promise<ResultWithValues> {
  return { ...(await trial.result()), hyperparameters: trial.hyperparameters }
}
