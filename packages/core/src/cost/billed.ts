import { isTerminal, type JobState } from '../platform/jobs.ts'
import type { Cost, KnownCost, RunCost, CostCeiling } from '../spec/money/cost.ts'
import { isKnownPrice, type PriceAnswer } from './ceiling.ts'
import { notCounted } from './not-counted.ts'

/** What a job's machines cost, so far or in the end. Pure. */
export function costOf(state: JobState, price: PriceAnswer, nowMs: number): Cost {
  if (!isKnownPrice(price)) return { kind: 'unknown', because: price.because }
  const { machines, warmSeconds = 0 } = state
  const seconds = ranSeconds(state, nowMs)
  const billedSeconds = state.billableSeconds ?? seconds
  const hourly = price.usdPerHour * machines
  return {
    kind: 'known',
    usd: (hourly * billedSeconds) / 3_600,
    savedUsd: (hourly * Math.max(0, seconds - billedSeconds)) / 3_600,
    warmUsd: (hourly * warmSeconds) / 3_600,
    isFinal: isTerminal(state.status),
    usdPerHour: hourly,
    billedMachineSeconds: billedSeconds * machines,
    pricesFrom: price.from,
    ...(price.asOf === undefined ? {} : { pricesAsOf: price.asOf }),
    notCounted: notCounted(price.usdPerHour),
  }
}

/** How long the machines were there, in seconds. A job that never got any cost nothing. Pure. */
export function ranSeconds({ runSeconds, startedAtMs, endedAtMs, status }: JobState, nowMs: number): number {
  if (runSeconds !== undefined) return runSeconds
  if (startedAtMs === undefined) return 0
  return Math.max(0, (endedAtMs ?? (isTerminal(status) ? startedAtMs : nowMs)) - startedAtMs) / 1_000
}

/** All of these together: unknown as soon as one of them is. Pure. */
export function sumOfCosts(costs: readonly Cost[]): Cost {
  const unknown = costs.find((cost) => cost.kind === 'unknown')
  if (unknown !== undefined) return unknown
  const known = costs.filter((cost): cost is KnownCost => cost.kind === 'known')
  const last = known.at(-1)
  const sum = (part: (cost: KnownCost) => number): number => known.reduce((total, cost) => total + part(cost), 0)
  return {
    kind: 'known',
    usd: sum(({ usd }) => usd),
    savedUsd: sum(({ savedUsd }) => savedUsd),
    warmUsd: sum(({ warmUsd }) => warmUsd),
    isFinal: known.every(({ isFinal }) => isFinal),
    usdPerHour: last?.usdPerHour ?? 0,
    billedMachineSeconds: sum(({ billedMachineSeconds }) => billedMachineSeconds),
    pricesFrom: last?.pricesFrom ?? '',
    ...(last?.pricesAsOf === undefined ? {} : { pricesAsOf: last.pricesAsOf }),
    notCounted: [...new Set(known.flatMap((cost) => cost.notCounted))],
  }
}

/** What a run cost, beside the most that it could have cost. Pure. */
export function runCost(costs: readonly Cost[], ceiling: CostCeiling): RunCost {
  const total = sumOfCosts(costs)
  if (total.kind === 'unknown') return total
  return ceiling.kind === 'unknown' ? ceiling : { ...total, ceilingUsd: ceiling.ceilingUsd }
}
