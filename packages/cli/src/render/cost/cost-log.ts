import type { RunEvent } from '@simple-sagemaker/core'
import { ceilingText, costText, usdText } from './cost-text.ts'
import type { Notice } from '../lines.ts'

type CostEvent = Extract<RunEvent, { type: 'cost-changed' }>

/** What a run costs while it goes on: the present in a few words, and a line for a job that did not complete. */
export class CostLog {
  #newest: CostEvent | undefined
  /** How the job is doing. */
  status = ''

  tell(event: CostEvent | Extract<RunEvent, { type: 'priced' }>): readonly Notice[] {
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
