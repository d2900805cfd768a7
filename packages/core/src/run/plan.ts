import type { JobRequest } from '../platform/jobs.ts'
import type { CostCeiling } from '../spec/money/cost.ts'
import type { JobName } from '../names/job-name.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { AttemptMachines, Decision } from '../spec/result.ts'

/** What a run would do, found out without writing anything. */
export interface Plan {
  /** The task's name. */
  readonly task: string
  /** Whether it would skip, join or start, and why. */
  readonly decision: Decision
  /** The digest of everything that affects the result. */
  readonly fingerprint: string
  /** The exact request with the digests it pins; secrets are shown as `<secret>`. The job's name and role are as they would be. */
  readonly request: JobRequest
  /** The machines that are asked for, in the order in which they are tried; the request is the one for the first. */
  readonly machines: readonly AttemptMachines[]
  /** What would be sent to the bucket. */
  readonly uploads: readonly PlannedUpload[]
  /** Files left out of the code, and the rule that did it. At most 1,000 are listed. */
  readonly skipped: readonly {
    /** The file. */
    readonly path: string
    /** The rule that left it out. */
    readonly rule: string
  }[]
  /** Options that this platform ignores, files that are not sent, state of another specification, and tasks that must run first. */
  readonly warnings: readonly string[]
  /** The same with flags in place of methods, where one of them names any. */
  readonly commandLineWarnings?: readonly string[]
  /** Tasks that would run first; their outputs are named in the request as they are now, or as `<output of …>`. */
  readonly needs: readonly string[]
  /** The machines that jobs of the project keep warm now, and why this job could not get them; absent for a task without `warm`. */
  readonly warm?: readonly WarmOffer[]
  /** The most that a job of this request can cost; of a task that is skipped or joined, what starting it could. */
  readonly cost: CostCeiling
}

/** One part of what a run would send. */
export interface PlannedUpload {
  /** `code`, or `input <channel>`. */
  readonly what: string
  /** Where it would be stored. */
  readonly to: string
  /** How many files would be sent. */
  readonly files: number
  /** How many bytes would be sent. */
  readonly bytes: number
  /** Files that are there already, unchanged. */
  readonly keptFiles: number
  /** Stored objects that would be removed, because their file is gone. */
  readonly removedFiles: number
}

/** Why a run would skip, join or start. */
export interface Explanation {
  /** The task's name. */
  readonly task: string
  /** Whether it would skip, join or start, and why. */
  readonly decision: Decision
  /** The digest of everything that affects the result. */
  readonly fingerprint: string
  /** One line for people. */
  readonly sentence: string
}

/** Machines that a job keeps warm for the next one that fits. They are billed until they are taken or their time is over. */
export interface WarmPool {
  /** The task of the job. */
  readonly task: string
  /** The job that keeps them. */
  readonly job: JobName
  /** `available`: they wait for a job; `in-use`: the job itself still runs. */
  readonly status: 'available' | 'in-use'
  /** Their type. */
  readonly instanceType?: string
  /** How many there are. */
  readonly machines: number
  /** How long they are kept after the job, in seconds. */
  readonly keepSeconds: number
  /** Until when they are kept, in milliseconds since 1970; absent while the job runs. */
  readonly untilMs?: number
  /** What was billed so far for keeping them, in seconds of each machine. */
  readonly keptSeconds: number
  /** The same in US dollars; absent when no price is known. */
  readonly keptUsd?: number
  /** What all of them cost an hour, in US dollars; absent when no price is known. */
  readonly usdPerHour?: number
  /** Setting → value, of all that must be equal in the request of a job that is to get them. */
  readonly settings: Readonly<Record<string, string>>
  /**
   * Lets go of the machines now; while the job runs, as soon as it ends. Quiet when they are gone. Calls `UpdateTrainingJob`.
   * @throws {SsmError} `PLATFORM_DENIED`, `PLATFORM_REFUSED`.
   */
  end(options?: Abortable): Promise<void>
}

/** Warm machines of the project, as a job sees them that could get them. */
export interface WarmOffer {
  /** The job that keeps them. */
  readonly job: JobName
  /** Whether they wait now; if not, their job still runs. */
  readonly isAvailable: boolean
  /** For what the job cannot get them; empty when it can. */
  readonly differences: readonly WarmDifference[]
}

/** A setting for which a job cannot get the machines that another one keeps warm. */
export interface WarmDifference {
  /** Its name: `volume size in GiB`, `instance type`, `role`, … */
  readonly setting: string
  /** How it is with the job that keeps the machines; absent when it is not set there. */
  readonly there?: string
  /** How it is with the job that could take them; absent when it is not set here. */
  readonly here?: string
}
