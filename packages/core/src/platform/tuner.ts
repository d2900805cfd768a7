import type { JobName } from '../names/job-name.ts'
import type { Abortable } from './abortable.ts'
import type { JobStatus } from './jobs.ts'
import type { CreateHyperParameterTuningJobRequest } from './sagemaker-requests.ts'

/** One training job of a tuning job. */
export interface TunedJob {
  /** Its name, which the service chose. */
  readonly name: JobName
  /** How it is doing. */
  readonly status: JobStatus
  /** The hyperparameters that were tuned, as the service passed them. */
  readonly values: Readonly<Record<string, string>>
  /** The last value of the metric that is tuned; absent before there is one. */
  readonly value?: number
  /** When it was made, in milliseconds since 1970. */
  readonly createdAtMs: number
  /** When it ended, in milliseconds since 1970; absent before. */
  readonly endedAtMs?: number
  /** Why it failed. */
  readonly failureReason?: string
}

/** What is known of a tuning job now. */
export interface TuningState {
  /** How it is doing. */
  readonly status: JobStatus
  /** Why it failed. */
  readonly failureReason?: string
}

/** A tuning job and its training jobs, the oldest first. */
export interface TuningProgress extends TuningState {
  /** Its training jobs. */
  readonly jobs: readonly TunedJob[]
}

/** A tuner of the platform's own: it chooses hyperparameters and starts training jobs with them. */
export interface Tuner {
  /**
   * Starts a tuning job. `false` when there is one of this name.
   * @throws {PlatformError} `PLATFORM_QUOTA`, `PLATFORM_DENIED`, `PLATFORM_REFUSED`.
   */
  start(request: CreateHyperParameterTuningJobRequest, options?: Abortable): Promise<boolean>
  /** The tuning job as it is now; `undefined` when there is none of this name. */
  describe(name: string, options?: Abortable): Promise<TuningState | undefined>
  /** Every training job of it, the oldest first. */
  jobs(name: string, options?: Abortable): Promise<readonly TunedJob[]>
  /** The tuning job and its training jobs, again and again, ending after a terminal state. Leaving ends the watching alone. */
  watch(name: string, options?: Abortable): AsyncIterable<TuningProgress>
  /** Asks the tuning job and its training jobs to stop. Stopping an ended one is quiet. */
  stop(name: string, options?: Abortable): Promise<void>
}
