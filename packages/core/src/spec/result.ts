import type { JobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { JobRef, JobState } from '../platform/jobs.ts'

/** One output of a finished job: give it to `.input.from()`. */
export interface StoredOutput<Output extends string = string> {
  readonly kind: 'stored-output'
  readonly output: Output
  readonly job: JobName
  readonly task: string
  readonly uri: ObjectUri
}

/** How a job came to be, or why none was needed. */
export type Decision =
  | { readonly kind: 'skip'; readonly job: JobRef; readonly because: string }
  | { readonly kind: 'join'; readonly job: JobRef; readonly because: string }
  | { readonly kind: 'start'; readonly because: string; readonly changes: readonly Change[] }

/** One part of a task that differs from its last job. */
export interface Change {
  /** `code train.py`, `hyperparameter lr`, `input data`, `argument 2`, `env LEVEL`, `image`, … */
  readonly part: string
  readonly from?: string
  readonly to?: string
}

/** What happened to a task before. */
export interface TaskHistory {
  /** The newest job there is, when any. */
  readonly newest?: PastJob
}

export interface PastJob {
  readonly state: JobState
  /** Absent for jobs that the Python original made. */
  readonly record?: JobRecord
}

/** What is kept with a job about why it was started; `task.json` in the job's folder. */
export interface JobRecord {
  readonly v: 1
  readonly job: JobName
  readonly kind: JobRef['kind']
  readonly fingerprint: string
  readonly parts: FingerprintParts
  readonly createdAtMs: number
  /** Which of how many jobs in a row it is; absent in records of older versions. */
  readonly attempt?: AttemptNumber
}

/** Which job of how many that may be tried in a row for one run: 1 of 1 without retries. */
export interface AttemptNumber {
  readonly number: number
  readonly of: number
}

/** Everything that makes a run the same run, in words: part → value. Two runs with equal parts give equal results. */
export type FingerprintParts = Readonly<Record<string, string>>
