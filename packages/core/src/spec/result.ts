import type { JobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { JobRef, JobState, JobStatus } from '../platform/jobs.ts'
import type { Cost } from './money/cost.ts'

/** One output of a finished job: give it to `.input.from()`. */
export interface StoredOutput<Output extends string = string> {
  readonly kind: 'stored-output'
  /** Which output of the job. */
  readonly output: Output
  /** The job that stored it. */
  readonly job: JobName
  /** The task of that job. */
  readonly task: string
  /** Where it is stored. */
  readonly uri: ObjectUri
}

/** How a job came to be, or why none was needed. */
export type Decision =
  | {
      readonly kind: 'skip'
      /** The completed job whose outputs are taken. */
      readonly job: JobRef
      /** The reason, to be read after `skipped, because`. */
      readonly because: string
    }
  | {
      readonly kind: 'join'
      /** The job that is running already. */
      readonly job: JobRef
      /** The reason, to be read after `joined, because`. */
      readonly because: string
    }
  | {
      readonly kind: 'start'
      /** The reason, to be read after `started, because`. */
      readonly because: string
      /** What differs from the newest job. */
      readonly changes: readonly Change[]
    }

/** One part of a task that differs from its last job. */
export interface Change {
  /** `code train.py`, `hyperparameter lr`, `input data`, `argument 2`, `env LEVEL`, `image`, … */
  readonly part: string
  /** How it was; absent when it is new. */
  readonly from?: string
  /** How it is now; absent when it is gone. */
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
  /** Its wait for spot machines was ended, so that others are tried: how long it had waited. */
  readonly waitEnded?: WaitEnded
}

/** What is kept with a job before its wait for spot machines is ended. */
export interface WaitEnded {
  readonly v: 1
  /** How long it had waited in all, in seconds. */
  readonly waitedSeconds: number
}

/** What is kept with a job about why it was started; `task.json` in the job's folder. */
export interface JobRecord {
  readonly v: 1
  readonly job: JobName
  readonly kind: JobRef['kind']
  readonly fingerprint: string
  readonly parts: FingerprintParts
  readonly createdAtMs: number
  /** Metric → expression; absent in records of older versions, and when there are none. */
  readonly metrics?: Readonly<Record<string, string>>
  /** Which of how many jobs in a row it is; absent in records of older versions. */
  readonly attempt?: AttemptNumber
  /** What the attempts before it used of the time that all have together; absent for a first one. */
  readonly spent?: SpentTime
  /** The tags of the job, for whoever adds up costs; absent when there are none. */
  readonly tags?: Readonly<Record<string, string>>
  /** Which of the ways to get machines it is tried on; absent for the first. */
  readonly place?: AttemptPlace
  /** The machines that it asks for; absent in records of older versions. */
  readonly machines?: AttemptMachines
}

/** The machines that a job asks for. */
export interface AttemptMachines {
  /** The type; of several SageMaker itself chooses, in this order. */
  readonly instanceTypes: readonly string[]
  /** Whether they are spare machines. */
  readonly spot: boolean
}

/** Which of the ways to get machines an attempt is tried on. */
export interface AttemptPlace {
  /** The index of the way, from 0. */
  readonly index: number
  /** How many attempts before it were given up for want of machines. */
  readonly moves: number
}

/** Which job of how many that may be tried in a row for one run: 1 of 1 without retries. */
export interface AttemptNumber {
  /** Which job it is, from 1. */
  readonly number: number
  /** How many there may be. */
  readonly of: number
}

/** Why a job ended, as far as another one may go better: `'exit 75'` is the exit code of the program. */
export type RetryCause = 'capacity' | 'interruption' | 'internal' | `exit ${number}`

/** Why a job did not complete: a cause that a policy can name, or one that no other job would do anything about. */
export type EndCause = RetryCause | 'failed' | 'stopped' | 'time limit'

/** When a run that failed is tried again with another job, complete. */
export interface RetrySpec {
  /** Jobs in all, the first one included. */
  readonly attempts: number
  /** Which ends are worth another job. */
  readonly on: readonly RetryCause[]
  /** How long to wait before the next job. */
  readonly pauseSeconds: number
}

/** What attempts used of the time that all attempts of a run have together, in seconds. */
export interface SpentTime {
  /** Running, as `maxRun` counts it. */
  readonly runSeconds: number
  /** Waiting for machines and running, as `maxWait` counts it. */
  readonly waitSeconds: number
  /** Waiting for spot machines, as `spotAfter` counts it; absent in records of older versions. */
  readonly spotWaitSeconds?: number
}

/** Whether a job got machines that another one had kept warm. */
export type WarmStart =
  | {
      readonly isTaken: true
      /** The job that had kept them. */
      readonly from: JobName
      /** What was billed for keeping them until then, in seconds of each machine. */
      readonly keptSeconds: number
      /** The same in US dollars; absent when no price is known. It is part of that job's cost, as `warmUsd`. */
      readonly usd?: number
    }
  | { readonly isTaken: false }

/** One job of a run that was tried several times: a row of `result.attempts`. */
export interface AttemptReport extends AttemptNumber {
  /** The job. */
  readonly job: JobName
  /** How it ended. */
  readonly status: JobStatus
  /** Why it did not complete; absent for the one that did. */
  readonly cause?: EndCause
  /** What SageMaker said about it, at most 1,024 characters; of a job whose wait was ended, how long it waited. */
  readonly reason?: string
  /** The machines that it asked for; absent for jobs of older versions. */
  readonly machines?: AttemptMachines
  /** From its submission to its end, in seconds. */
  readonly seconds: number
  /** What it cost; absent when the project has neither prices nor a budget. */
  readonly cost?: Cost
  /** Whether it got machines that another job had kept warm; absent for a task without `warm`. */
  readonly warm?: WarmStart
}

/** Everything that makes a run the same run, in words: part → value. Two runs with equal parts give equal results. */
export type FingerprintParts = Readonly<Record<string, string>>
