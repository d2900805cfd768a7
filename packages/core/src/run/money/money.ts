import type { JobName } from '../../names/job-name.ts'
import type { JobRequest, JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Tell } from '../../events/run-event.ts'
import type { Cost, CostCeiling, RunCost } from '../../spec/money/cost.ts'
import type { AttemptNumber, AttemptReport } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { Clock } from '../../time/clock.ts'

/** What it works with, of a task's context. */
export interface MoneyContext {
  readonly platform: Platform
  readonly clock: Clock
  readonly tell: Tell
  readonly signal: AbortSignal
  /** Numbers from 0 to 1 for pauses; by default those of chance. */
  readonly random?: () => number
}

/** A job that is about to be submitted. */
export interface JobToPay {
  readonly spec: TaskSpec
  readonly bucket: string
  readonly job: JobName
  readonly request: JobRequest
  readonly number: AttemptNumber
}

/** What was agreed on for a job before it is submitted. */
export interface Commitment {
  /** Submits the job. */
  submit(start: () => Promise<void>): Promise<void>
  /** The job is not submitted: nothing is kept for it. Never rejects. */
  release(): Promise<void>
}

/** The cost of a job that is being followed. */
export interface LiveCost {
  /** The newest state of the job. */
  seen(state: JobState): void
  close(): void
}

/** What the jobs of one session cost, on one platform. */
export interface Money {
  /** The most that a job of this request can cost. */
  ceilingOf(request: JobRequest): Promise<CostCeiling>
  /** What a job cost, or costs so far. */
  costOf(state: JobState): Promise<Cost>
  /** Tells the ceiling of a job, and keeps that much of the budget for it. */
  commit(job: JobToPay, context: MoneyContext): Promise<Commitment>
  /** Tells what a job costs while it is followed. */
  live(context: MoneyContext): LiveCost
  /** Tells what a job that ended cost, and settles it with the budget. Never rejects. */
  settle(spec: TaskSpec, bucket: string, state: JobState, context: MoneyContext): Promise<void>
  /** What a run of these attempts cost. */
  runCost(spec: TaskSpec, attempts: readonly AttemptReport[]): Promise<RunCost>
}

/** The money of a session on a platform; the code is read when it is first asked for. */
export type OpenMoney = (platform: Platform) => Promise<Money>

/** The cost of what nobody wanted to know. */
export const notAsked = {
  kind: 'unknown',
  because: 'nobody asked: the project has neither prices nor a budget',
} as const satisfies CostCeiling
