import type { JobRequest } from '../platform/jobs.ts'
import type { CostCeiling } from '../spec/money/cost.ts'
import type { WarmOffer } from './warm/offers.ts'
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
