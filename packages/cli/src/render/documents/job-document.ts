import type { Cost, JobState, SeriesPoint } from '@simple-sagemaker/core'
import type { JobUsage } from '@simple-sagemaker/core/jobs'
import { iso } from './run-document.ts'

/** A job with the project and task it belongs to. */
export interface ListedJob {
  readonly project: string
  readonly task: string
  readonly job: JobState
  /** Its tags and its cost, when costs are asked for. */
  readonly tags?: Readonly<Record<string, string>>
  readonly cost?: Cost
  /** What its machines used, when that is asked for; `undefined` when nothing was measured. */
  readonly usage?: JobUsage | undefined
  /** The values of each metric, when they are asked for. */
  readonly series?: Readonly<Record<string, readonly SeriesPoint[]>>
}

/** Jobs of the trials of a task's searches, told as one. */
export interface ListedTrials {
  readonly project: string
  /** The task that was searched. */
  readonly task: string
  /** The job of the best trial of the newest search that has one. */
  readonly best: string | undefined
  /** Their jobs, newest first. */
  readonly trials: readonly ListedJob[]
}

/** A job as one JSON document: times as ISO 8601, `null` for what is not known. */
export function jobDocument(listed: ListedJob): Readonly<Record<string, unknown>> {
  const { project, task, job, tags, cost, usage, series } = listed
  return {
    project,
    task,
    ...stateDocument(job),
    ...(cost === undefined ? {} : { tags, cost }),
    ...('usage' in listed ? { usage: usage ?? null } : {}),
    ...(series === undefined ? {} : { metrics: series }),
  }
}

/** What is known of a job, without its project and task. */
export function stateDocument(job: JobState): Readonly<Record<string, unknown>> {
  return {
    job: job.name,
    kind: job.kind,
    status: job.status,
    phase: job.phase,
    machines: job.machines,
    createdAt: iso(job.createdAtMs),
    startedAt: job.startedAtMs === undefined ? null : iso(job.startedAtMs),
    endedAt: job.endedAtMs === undefined ? null : iso(job.endedAtMs),
    billableSeconds: job.billableSeconds ?? null,
    interruptions: job.interruptions,
    failureReason: job.failureReason ?? null,
  }
}
