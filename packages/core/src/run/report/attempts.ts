import { ranSeconds } from '../../cost/billed.ts'
import type { PastJob } from '../../spec/result.ts'
import type { Money } from '../money/money.ts'
import type { UnknownCost } from '../../spec/money/cost.ts'
import type { ReportedAttempt } from './report-document.ts'

/** The cost in a report that was made without prices. */
export const noPrices: UnknownCost = {
  kind: 'unknown',
  because: 'no prices were asked for; ssm report --cost, or prices of the project, ask for them',
}

/** The newest of these jobs and those before it that belong to the same run, the oldest first. */
export function attemptsOf(past: readonly PastJob[], money: Money | undefined): Promise<readonly ReportedAttempt[]> {
  const run: PastJob[] = []
  for (const job of past) {
    run.push(job)
    if ((job.record?.attempt?.number ?? 1) === 1) break
  }
  return Promise.all(run.reverse().map((job, index) => attemptOf(job, index + 1, money)))
}

async function attemptOf({ state, record }: PastJob, at: number, money: Money | undefined): Promise<ReportedAttempt> {
  const { billableSeconds, failureReason, instanceType } = state
  return {
    number: record?.attempt?.number ?? at,
    job: state.name,
    status: state.status,
    phases: state.phases,
    ...(failureReason === undefined ? {} : { reason: failureReason }),
    machines: state.machines,
    ...(instanceType === undefined ? {} : { instanceType }),
    ranSeconds: ranSeconds(state, Date.now()),
    ...(billableSeconds === undefined ? {} : { billedSeconds: billableSeconds }),
    interruptions: state.interruptions,
    cost: (await money?.costOf(state)) ?? noPrices,
  }
}
