import { costOf, runCost } from '../../cost/billed.ts'
import { ceilingOf, machinesOf, typesIn, type PriceAnswer, type RentedMachines } from '../../cost/ceiling.ts'
import { assertPriceFile } from '../../cost/file-prices.ts'
import { openPrices, type AskPrice } from '../../cost/choice.ts'
import type { MoneySettings } from '../../cost/settings.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Cost, CostCeiling } from '../../spec/money/cost.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { systemClock } from '../../time/clock.ts'
import { keepBudget, nothingKept } from './budget.ts'
import { liveCost } from './live-cost.ts'
import type { Money } from './money.ts'

/**
 * What jobs on this platform cost. Asks for no price before one is needed; a file of prices that is none is told at once.
 * @throws {SsmError} `USAGE` for such a file, `STORAGE_DENIED` for one that cannot be read.
 */
export async function openMoney({ prices, budget }: MoneySettings, platform: Platform): Promise<Money> {
  if (typeof prices === 'object' && 'file' in prices) await assertPriceFile(prices.file)
  const ask = openPrices(prices, platform)
  /** The ceilings of whole runs, by task: that of the dearest attempt. */
  const ceilings = new Map<string, CostCeiling>()
  const cost = (state: JobState, nowMs: number): Promise<Cost> => costOfState(state, ask, nowMs)
  const keeper = budget === undefined ? undefined : keepBudget(budget, (state) => cost(state, systemClock.now()))
  return {
    ceilingOf: (request) => pricedCeiling(machinesOf(request), ask),
    costOf: (state) => cost(state, systemClock.now()),
    async commit(jobToPay, context) {
      const { spec, job, request, number } = jobToPay
      const ceiling = await pricedCeiling(machinesOf(request), ask)
      // Attempts on other machines may cost more than the first.
      const before = number.number === 1 ? undefined : ceilings.get(spec.task)
      ceilings.set(spec.task, before === undefined ? ceiling : dearerOf(before, ceiling))
      context.tell({ type: 'priced', job, ceiling })
      return keeper === undefined ? nothingKept : keeper.commit(jobToPay, ceiling, context)
    },
    live: (context) => liveCost(cost, context),
    async settle(spec, bucket, state, context) {
      const final = await cost(state, context.clock.now())
      context.tell({ type: 'cost-changed', job: state.name, cost: final })
      await keeper?.settle(spec, bucket, state, final, context)
    },
    async runCost(spec, attempts) {
      const ceiling = ceilings.get(spec.task) ?? (await pricedCeiling(machinesOfSpec(spec), ask))
      const costs = attempts.map((attempt): Cost => attempt.cost ?? { kind: 'unknown', because: `${attempt.job} has no price` })
      return runCost(costs, ceiling)
    },
  }
}

const dearerOf = (one: CostCeiling, other: CostCeiling): CostCeiling =>
  one.kind === 'unknown' || (other.kind === 'known' && other.ceilingUsd <= one.ceilingUsd) ? one : other

async function pricedCeiling(rented: RentedMachines, ask: AskPrice): Promise<CostCeiling> {
  const types = typesIn(rented)
  const answers = await Promise.all(types.map((instanceType) => ask({ instanceType, use: rented.use })))
  const byType = new Map(types.map((type, index) => [type, answers[index]]))
  return ceilingOf(rented, (type): PriceAnswer => byType.get(type) ?? { because: `there is no price of ${type}` })
}

async function costOfState(state: JobState, ask: AskPrice, nowMs: number): Promise<Cost> {
  const { instanceType, kind: use, name } = state
  if (instanceType === undefined) return { kind: 'unknown', because: `the type of the machines of ${name} is not known` }
  return costOf(state, await ask({ instanceType, use }), nowMs)
}

/** What a task asks for by its options: for a job that another client submitted. */
function machinesOfSpec(spec: TaskSpec): RentedMachines {
  const { kind, instanceType, fallbackTypes = [], instanceCount: machines, maxRunSeconds, keepAliveSeconds = 0 } = spec
  const alternatives = [instanceType, ...fallbackTypes].map((type) => [{ instanceType: type, machines }])
  return { use: kind, alternatives, maxSeconds: maxRunSeconds, warmSeconds: keepAliveSeconds }
}
