import { sumOfCosts } from '../../cost/billed.ts'
import { eachOf } from '../../lang/each-of.ts'
import type { Platform } from '../../platform/platform.ts'
import { noPrices } from '../../run/report/attempts.ts'
import type { ReportedJobOptions } from '../../run/report/reported-job.ts'
import type { ReportedSearch, ReportedTrial, SearchedParameter } from '../../run/report/search-document.ts'
import type { Cost } from '../../spec/money/cost.ts'
import type { Goal, MetricPoint, Trial } from '../found.ts'
import type { Domain, Space, Values } from '../space.ts'
import { importanceOf } from './importance.ts'

/** A search whose report is made: one that is stored, or one at hand. */
export interface SearchToReport {
  readonly task: string
  readonly createdAtMs?: number
  readonly goal?: Goal | undefined
  readonly space: Space
  readonly trials: readonly Omit<Trial, 'result'>[]
  /** The number of the best trial. */
  readonly best?: number | undefined
}

/** What a page shows easily. */
const mostTrials = 1_000
const mostPoints = 60
const describedAtOnce = 8

/** What a report tells of a search. */
export async function reportedSearch(
  { task, createdAtMs, goal, space, trials, best }: SearchToReport,
  platform: Platform,
  options: ReportedJobOptions,
): Promise<{ readonly search: ReportedSearch; readonly leftOut: readonly string[] }> {
  const costs = await costsOf(trials, platform, options)
  const shown = trials.filter(({ number }, at) => at < mostTrials || number === best)
  const search: ReportedSearch = {
    task,
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(goal === undefined ? {} : { goal }),
    parameters: Object.entries(space).map(([name, domain]) => parameterOf(name, domain)),
    trials: shown.map((trial) => ({ ...trialOf(trial, space), ...costIn(costs, trial.number) })),
    ...(best === undefined ? {} : { best }),
    importance: importanceOf(space, goal, trials),
    cost: costs === undefined ? noPrices : sumOfCosts([...costs.values()]),
  }
  const more = trials.length - shown.length
  return { search, leftOut: more === 0 ? [] : [`${more} of ${trials.length} trials of the search of ${task}.`] }
}

const parameterOf = (name: string, domain: Domain): SearchedParameter =>
  domain.kind === 'range'
    ? { name, kind: 'range', scale: domain.scale, min: domain.min, max: domain.max }
    : { name, kind: 'choice', values: domain.values.map(textOf) }

/** A value as it is shown: a text as it is, everything else as JSON. */
const textOf = (value: Values[string]): string => (typeof value === 'string' ? value : JSON.stringify(value))

function trialOf(trial: Omit<Trial, 'result'>, space: Space): ReportedTrial {
  const { number, task, status, hyperparameters, value, job, seconds, billableSeconds, message } = trial
  return {
    number,
    task,
    status,
    values: Object.fromEntries(
      Object.entries(hyperparameters).map(([name, one]) => [
        name,
        typeof one === 'number' && space[name]?.kind !== 'choice' ? one : textOf(one),
      ]),
    ),
    course: someOf(trial.course),
    ...(value === undefined ? {} : { value }),
    ...(job === undefined ? {} : { job }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(billableSeconds === undefined ? {} : { billedSeconds: billableSeconds }),
    ...(message === undefined ? {} : { message }),
  }
}

function someOf(course: readonly MetricPoint[]): ReportedTrial['course'] {
  const every = Math.max(1, Math.ceil(course.length / mostPoints))
  return course.flatMap(({ step, value }, at) => ((course.length - 1 - at) % every === 0 ? [[step, value] as const] : []))
}

/** What each trial cost, by its number; absent when nobody asked. */
async function costsOf(
  trials: SearchToReport['trials'],
  { jobs }: Platform,
  { money, signal }: ReportedJobOptions,
): Promise<ReadonlyMap<number, Cost> | undefined> {
  if (money === undefined) return undefined
  const costs = new Map<number, Cost>()
  await eachOf(
    trials,
    describedAtOnce,
    async ({ number, job: name }, given) => {
      if (name === undefined) return
      // Only training tasks are searched.
      const state = await jobs.describe({ kind: 'training', name }, { signal: given })
      const gone = { kind: 'unknown', because: `the job of trial ${number} is not known any more` } as const
      costs.set(number, state === undefined ? gone : await money.costOf(state))
    },
    signal,
  )
  return costs
}

function costIn(costs: ReadonlyMap<number, Cost> | undefined, number: number): { readonly cost?: Cost } {
  const cost = costs?.get(number)
  return cost === undefined ? {} : { cost }
}
