import type { Cost, CostCeiling, RunCost } from '@simple-sagemaker/core'
import { countText, spanText } from '../../terminal/text.ts'

/** `2.76 USD`; below a cent with two digits that count: `0.0034 USD`. */
export function usdText(usd: number): string {
  return `${amountText(usd)} USD`
}

/** The same without the currency. */
export function amountText(usd: number): string {
  if (usd === 0 || usd >= 0.01) return usd.toFixed(2)
  const digits = Math.min(8, 1 - Math.floor(Math.log10(usd)))
  return usd.toFixed(digits)
}

/** The most that a job can cost, in one line. */
export function ceilingText(ceiling: CostCeiling, isWhole = false): string {
  if (ceiling.kind === 'unknown') return unknownText(ceiling)
  const { ceilingUsd, warmCeilingUsd, usdPerHour, machines, instanceType, maxSeconds } = ceiling
  const how = `${machines} × ${instanceType} at ${usdPerHour} USD an hour for at most ${spanText(maxSeconds * 1_000)}`
  const warm = warmCeilingUsd === 0 ? '' : `, and ${usdText(warmCeilingUsd)} for keeping them warm`
  return `costs at most ${usdText(ceilingUsd)}: ${how}${warm}${sourceText(ceiling)}${isWhole ? leftOutText(ceiling.notCounted) : ''}`
}

/** What a run cost, in one line. */
export function runCostText(cost: RunCost): string {
  if (cost.kind === 'unknown') return unknownText(cost)
  return `${costText(cost)}, of at most ${usdText(cost.ceilingUsd)}${leftOutText(cost.notCounted)}`
}

/** What a job cost, in a few words. */
export function costText(cost: Cost): string {
  if (cost.kind === 'unknown') return unknownText(cost)
  const { usd, savedUsd, warmUsd } = cost
  const saved = savedUsd === 0 ? '' : `, ${usdText(savedUsd)} saved by spot`
  return `${usdText(usd)}${saved}${warmUsd === 0 ? '' : `, and ${usdText(warmUsd)} for keeping the machines warm`}`
}

const unknownText = ({ because }: { readonly because: string }): string => `the cost is not known: ${because}`

const sourceText = ({ pricesFrom, pricesAsOf }: { readonly pricesFrom: string; readonly pricesAsOf?: string }): string =>
  ` (prices: ${pricesFrom}${pricesAsOf === undefined ? '' : `, ${pricesAsOf}`})`

const leftOutText = (parts: readonly string[]): string => (parts.length === 0 ? '' : `; not counted: ${parts.join(', ')}`)

/** What is told of jobs that have no known cost. */
export const unknownJobsText = (count: number): string => (count === 0 ? '' : `${countText(count, 'job')} without a known cost`)
