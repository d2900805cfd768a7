import { ranSeconds } from '../../cost/billed.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { PastJob } from '../../spec/result.ts'
import type { UnknownCost } from '../../spec/money/cost.ts'
import type { Money } from '../money/money.ts'
import { machineNumber, machineTimes, signs, type Signs, type Stretch } from './machine-times.ts'
import type { ReportedAttempt, ReportedMachine } from './report-document.ts'

/** The cost in a report that was made without prices. */
export const noPrices: UnknownCost = {
  kind: 'unknown',
  because: 'no prices were asked for; ssm report --cost, or prices of the project, ask for them',
}

/** Job → when each of its machines worked. */
export type TimesOfJobs = ReadonlyMap<string, readonly ReportedMachine[]>

/** The newest of these jobs and those before it that belong to the same run, the oldest first. */
export function attemptsOf(
  past: readonly PastJob[],
  atWork: TimesOfJobs,
  money: Money | undefined,
): Promise<readonly ReportedAttempt[]> {
  return Promise.all(runOf(past).map((job, index) => attemptOf(job, index + 1, atWork, money)))
}

/** The jobs of one run, the oldest first. */
function runOf(past: readonly PastJob[]): readonly PastJob[] {
  const run: PastJob[] = []
  for (const job of past) {
    run.push(job)
    if ((job.record?.attempt?.number ?? 1) === 1) break
  }
  return run.reverse()
}

async function attemptOf(
  { state, record }: PastJob,
  at: number,
  atWork: TimesOfJobs,
  money: Money | undefined,
): Promise<ReportedAttempt> {
  const { billableSeconds, failureReason, instanceType } = state
  return {
    number: record?.attempt?.number ?? at,
    job: state.name,
    status: state.status,
    phases: state.phases,
    ...(failureReason === undefined ? {} : { reason: failureReason }),
    machines: state.machines,
    atWork: atWork.get(state.name) ?? [],
    ...(instanceType === undefined ? {} : { instanceType }),
    ranSeconds: ranSeconds(state, Date.now()),
    ...(billableSeconds === undefined ? {} : { billedSeconds: billableSeconds }),
    interruptions: state.interruptions,
    cost: (await money?.costOf(state)) ?? noPrices,
  }
}

/** When the machines of the attempts before the newest one worked: these jobs have ended, so it stays as it is. */
export async function timesOfEarlier(past: readonly PastJob[], platform: Platform, options: Abortable): Promise<TimesOfJobs> {
  const earlier = runOf(past).slice(0, -1)
  const times = earlier.map(async ({ state }): Promise<readonly [string, readonly ReportedMachine[]]> => {
    if (state.machines < 2) return [state.name, []]
    const [lines, usage] = await Promise.all([
      readable(() => stretchesAtEnds(state, platform, options), new Map<number, readonly Stretch[]>()),
      readable(async () => (await platform.jobs.usage?.(state, options)) ?? [], []),
    ])
    return [state.name, machineTimes(state.machines, state.phases, lines, usage)]
  })
  return new Map(await Promise.all(times))
}

/** A report is as good without what is not there any more, or may not be read. */
async function readable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (!isSsmError(cause, 'PLATFORM_DENIED') && !isSsmError(cause, 'JOB_LOST')) throw cause
    return otherwise
  }
}

/** How many lines are read at either end: a log may have gigabytes. */
const linesAtEnds = 2_000

/** When the machines of an ended job printed its first and its last lines. */
async function stretchesAtEnds(
  job: JobRef,
  { logs }: Platform,
  { signal }: Abortable,
): Promise<ReadonlyMap<number, readonly Stretch[]>> {
  const heard = new Map<number, Signs>()
  const options = { untilNow: true, ...(signal === undefined ? {} : { signal }) }
  // In the order of time.
  for (const ends of [options, { ...options, last: linesAtEnds }]) {
    let read = 0
    for await (const { machine, atMs } of logs.follow(job, ends)) {
      const number = machineNumber(machine)
      const own = heard.get(number) ?? signs()
      heard.set(number, own)
      own.add(atMs)
      read += 1
      if (!('last' in ends) && read >= linesAtEnds) break
    }
  }
  return new Map([...heard].map(([number, own]) => [number, own.stretches()]))
}
