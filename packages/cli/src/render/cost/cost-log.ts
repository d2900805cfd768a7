import type { RunEvent } from '@simple-sagemaker/core'
import { ceilingText, costText, usdText } from './cost-text.ts'
import type { Notice } from '../lines.ts'

/** What is told about money. */
export type CostEvent = Extract<RunEvent, { type: 'priced' | 'cost-changed' | 'budget-changed' }>

export const isCostEvent = (event: RunEvent): event is CostEvent =>
  event.type === 'priced' || event.type === 'cost-changed' || event.type === 'budget-changed'

/** What a run costs while it goes on: the present in a few words, and a line for a job that did not complete. */
export class CostLog {
  #newest: Extract<RunEvent, { type: 'cost-changed' }> | undefined
  /** How the job is doing. */
  status = ''

  tell(event: CostEvent): readonly Notice[] {
    if (event.type === 'budget-changed') return budgetNotice(event)
    if (event.type === 'priced') return [{ kind: 'fact', text: ceilingText(event.ceiling) }]
    this.#newest = event
    // The summary of a completed run says it.
    const isFinal = event.cost.kind === 'known' && event.cost.isFinal
    return isFinal && this.status !== 'completed' ? [{ kind: 'fact', text: `cost: ${costText(event.cost)}` }] : []
  }

  /** What it costs now, by the time that has passed since it was told. */
  live(nowMs: number): string {
    if (this.#newest?.cost.kind !== 'known') return ''
    const { atMs, cost } = this.#newest
    const since = cost.isFinal ? 0 : (cost.usdPerHour * Math.max(0, nowMs - atMs)) / 3_600_000
    return `  ${usdText(cost.usd + since)}`
  }
}

function budgetNotice({
  because,
  budgetUsd,
  spentUsd,
  reservedUsd,
  leftUsd,
}: Extract<RunEvent, { type: 'budget-changed' }>): readonly Notice[] {
  if (because === 'released') return []
  const parts = `${usdText(spentUsd)} spent, ${usdText(reservedUsd)} reserved, ${usdText(Math.max(0, leftUsd))} left`
  return [{ kind: 'fact', text: `budget of ${usdText(budgetUsd)}: ${parts}` }]
}
