import type { JobRef, JobState } from '../platform/jobs.ts'
import { placementsOf } from '../spec/machines/placements.ts'
import type { AttemptMachines, AttemptNumber, AttemptReport, Decision, PastJob, SpentTime, WaitEnded } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { describeSeconds } from '../time/duration.ts'
import type { TaskContext } from './context.ts'
import { pastJobs, waitEndedOf } from './decide/history.ts'
import { causeOf } from './follow/causes.ts'
import { followJob, recallJob, type EndedJob } from './follow/follow.ts'
import { SpotWaiting } from './follow/spot-waiting.ts'
import { waitedMs } from './follow/waiting.ts'
import { shareOfWait, spentWith, timeLeft, type AttemptAt, type AttemptEnd } from './policy.ts'
import type { ResolvedTask } from './resolve/resolve-task.ts'
import { warmStartOf } from './warm/offers.ts'
import { WarmWatch } from './warm/watch.ts'

/** One job of a task: skipped, joined or started. */
export interface Attempt extends AttemptAt {
  readonly job: JobRef
  readonly decision: Decision
  /** What the attempts before it used of the time that all have together. */
  readonly spent: SpentTime | undefined
  readonly machines: AttemptMachines | undefined
}

/** An attempt that ended. */
export interface EndedAttemptJob extends EndedJob {
  /** Its wait for spot machines was ended, so that others are tried. */
  readonly waitEnded?: WaitEnded
}

/** Follows an attempt to the end of its job, and ends its wait for spot machines in time; of one that ended before only the end is read. */
export async function followAttempt(attempt: Attempt, task: ResolvedTask, context: TaskContext): Promise<EndedAttemptJob> {
  const { job, decision, spent, place } = attempt
  const { metrics } = task.spec
  if (decision.kind === 'skip') return recallJob(job, metrics, context)
  const limit = shareOfWait(task.spec, place, spent)
  if (limit === undefined) {
    const warm = new WarmWatch(task, context)
    const ended = await followJob(job, metrics, context, (state) => warm.see(state))
    await warm.end(ended.state)
    return ended
  }
  await using wait = new SpotWaiting(job, limit, task, context)
  const ended = await followJob(job, metrics, context, (state) => wait.see(state))
  const waitEnded = await waitEndedOf(ended.state, task.layout, context.platform, context)
  return { ...ended, ...(waitEnded === undefined ? {} : { waitEnded }) }
}

/** What is known of an ended job beside its state. */
interface EndOf extends Pick<Attempt, 'spent' | 'place'> {
  readonly waitEnded?: WaitEnded | undefined
  /** Whether this run started it: then one that could not begin is a failure, for the next would hardly fare better. */
  readonly isOwn?: boolean
}

/** How an ended job counts for the policy. One that another client could not begin is no end of this run's own. */
export function attemptEnd(state: JobState, { spent, place, waitEnded, isOwn = false }: EndOf, spec: TaskSpec): AttemptEnd {
  if (state.neverBegan === true && !isOwn) return { kind: 'never-began' }
  if (state.status === 'completed') return { kind: 'completed' }
  const isSpot = placementsOf(spec)[place.index]?.spot === true
  const waitedSeconds =
    waitEnded?.waitedSeconds ??
    (state.phase === 'MaxWaitTimeExceeded' ? Math.ceil(waitedMs(state, state.createdAtMs) / 1_000) : undefined)
  return {
    kind: 'ended',
    cause: causeOf(state, waitEnded) ?? 'failed',
    ...timeLeft(spec, spentWith(spent, state, isSpot)),
    ...(waitedSeconds === undefined ? {} : { waitedSeconds }),
  }
}

/** Every attempt of a run, the oldest first: what the records of its earlier jobs say, whichever client started them. */
export async function attemptsUpTo(
  { spec, layout, fingerprint }: ResolvedTask,
  { job, number, machines }: Attempt,
  last: JobState,
  context: TaskContext,
): Promise<readonly AttemptReport[]> {
  const { platform, signal } = context
  const money = await context.money?.(platform)
  const priced = async (past: Pick<PastJob, 'state'>, ...of: [AttemptNumber, AttemptMachines?]): Promise<AttemptReport> => ({
    ...reportOf(past, ...of),
    ...(money === undefined ? {} : { cost: await money.costOf(past.state) }),
    ...(past.state.warmPool === undefined ? {} : { warm: await warmStartOf(past.state, layout, context) }),
  })
  const reports = [await priced({ state: last }, number, machines)]
  if (number.number === 1) return reports
  for await (const past of pastJobs(spec.task, layout, [spec.kind], platform, { signal })) {
    const { state, record } = past
    const at = record?.attempt
    if (state.name === job.name || state.name > last.name) continue
    // Another run, or a job whose number does not fit: what was before is not of this run.
    if (at === undefined || record?.fingerprint !== fingerprint || at.number !== number.number - reports.length) break
    reports.unshift(await priced(past, at, record?.machines))
    if (at.number === 1) break
  }
  return reports
}

function reportOf(
  { state, waitEnded }: Pick<PastJob, 'state' | 'waitEnded'>,
  attempt: AttemptNumber,
  machines: AttemptMachines | undefined,
): AttemptReport {
  const cause = causeOf(state, waitEnded)
  const reason =
    waitEnded === undefined ? state.failureReason : `no spot machines: waited for ${describeSeconds(waitEnded.waitedSeconds)}`
  return {
    ...attempt,
    job: state.name,
    status: state.status,
    ...(cause === undefined ? {} : { cause }),
    ...(reason === undefined || cause === undefined ? {} : { reason }),
    ...(machines === undefined ? {} : { machines }),
    seconds: ((state.endedAtMs ?? state.createdAtMs) - state.createdAtMs) / 1_000,
  }
}
