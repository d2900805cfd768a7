import type { JobRequest } from '../platform/jobs.ts'
import type { Decision } from '../spec/result.ts'

/** What a run would do, found out without writing anything. */
export interface Plan {
  readonly task: string
  readonly decision: Decision
  readonly fingerprint: string
  /** The exact request with the digests it pins; secrets are shown as `<secret>`. The job's name and role are as they would be. */
  readonly request: JobRequest
  readonly uploads: readonly PlannedUpload[]
  /** Files left out of the code, and the rule that did it. At most 1,000 are listed. */
  readonly skipped: readonly { readonly path: string; readonly rule: string }[]
  /** What this platform cannot honour of what was said, what stays behind, and what must run first. */
  readonly warnings: readonly string[]
  /** Tasks that would run first; their outputs are named in the request as they are now, or as `<output of …>`. */
  readonly needs: readonly string[]
}

/** One part of what a run would send. */
export interface PlannedUpload {
  /** `code`, or `input <channel>`. */
  readonly what: string
  readonly to: string
  readonly files: number
  readonly bytes: number
  /** Files that are there already, unchanged. */
  readonly keptFiles: number
  /** Stored objects that would be removed, because their file is gone. */
  readonly removedFiles: number
}

/** Why a run would skip, join or start. */
export interface Explanation {
  readonly task: string
  readonly decision: Decision
  readonly fingerprint: string
  /** One line for people. */
  readonly sentence: string
}
