import type { AttemptReport, RunEvent } from '@simple-sagemaker/core'
import type { WarmPool } from '@simple-sagemaker/core/jobs'
import { countText, spanText, table } from '../../terminal/text.ts'
import { amountText, usdText } from './cost-text.ts'

/** Whose warm machines a job got, in one line. */
export function reusedText({ from, keptSeconds, keptUsd }: Extract<RunEvent, { type: 'machines-reused' }>): string {
  return `got the warm machines of ${from}, ${keptText(keptSeconds, keptUsd)}`
}

/** The same of the job that made a result; `undefined` for a task without warm machines. */
export function warmStartText(warm: AttemptReport['warm']): string | undefined {
  if (warm === undefined) return undefined
  return warm.isTaken ? `machines of ${warm.from}, ${keptText(warm.keptSeconds, warm.usd)}` : 'no: the machines were new'
}

function keptText(seconds: number, usd: number | undefined): string {
  return `kept for ${spanText(seconds * 1_000)}${usd === undefined ? '' : `, for ${usdText(usd)}`}`
}

/** A warm pool with the project that it belongs to. */
export interface ListedPool {
  readonly project: string
  readonly pool: WarmPool
}

/** Warm machines in a table. */
export function warmPoolsText(listed: readonly ListedPool[], nowMs: number): string {
  if (listed.length === 0) return 'no warm machines\n'
  const isPriced = listed.some(({ pool }) => pool.usdPerHour !== undefined)
  const rows = listed.map(({ project, pool }) => [
    project,
    pool.task,
    pool.status,
    `${pool.machines} × ${pool.instanceType ?? 'several types'}`,
    pool.untilMs === undefined
      ? `${spanText(pool.keepSeconds * 1_000)} after it ends`
      : `${spanText(Math.max(0, pool.untilMs - nowMs))} more`,
    spanText(pool.keptSeconds * 1_000),
    ...(isPriced ? priceCells(pool) : []),
    pool.job,
  ])
  return table(
    ['PROJECT', 'TASK', 'STATUS', 'MACHINES', 'KEPT FOR', 'SO FAR', ...(isPriced ? ['USD', 'USD/HOUR'] : []), 'JOB'],
    rows,
  )
}

const priceCells = ({ keptUsd, usdPerHour }: WarmPool): readonly string[] =>
  usdPerHour === undefined || keptUsd === undefined ? ['unknown', ''] : [amountText(keptUsd), amountText(usdPerHour)]

/** What is said after machines were let go. */
export const endedText = (pools: readonly WarmPool[]): string =>
  pools.length === 0
    ? 'there were no warm machines to end'
    : `ended the warm machines of ${countText(pools.length, 'job')}: ${pools.map(({ job }) => job).join(', ')}`
