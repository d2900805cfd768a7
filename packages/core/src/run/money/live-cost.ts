import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { Cost } from '../../spec/money/cost.ts'
import type { LiveCost, MoneyContext } from './money.ts'

/** How often the cost of a running job is told. */
const reportEveryMs = 60_000

/** Tells what a job costs so far when its machines are there, and every minute from then on. The end is told by who settles it. */
export function liveCost(
  costOf: (state: JobState, nowMs: number) => Promise<Cost>,
  { clock, tell }: Pick<MoneyContext, 'clock' | 'tell'>,
): LiveCost {
  const over = new AbortController()
  let newest: JobState | undefined
  let isTelling = false
  const tellNow = async (state: JobState): Promise<void> => {
    const cost = await costOf(state, clock.now())
    if (!over.signal.aborted) tell({ type: 'cost-changed', job: state.name, cost })
  }
  const tellAgain = async (): Promise<void> => {
    while (newest !== undefined && !isTerminal(newest.status)) {
      await tellNow(newest)
      await clock.sleep(reportEveryMs, over.signal)
    }
  }
  return {
    seen(state) {
      newest = state
      if (isTelling || state.startedAtMs === undefined || isTerminal(state.status)) return
      isTelling = true
      // The sleep ends with the following.
      tellAgain().catch(() => undefined)
    },
    close: () => over.abort(),
  }
}
