import type { JobName } from '../names/job-name.ts'
import type { JobRef, JobStatus } from '../platform/jobs.ts'
import type { LogLine } from '../platform/logs.ts'
import type { AttemptNumber, Decision } from '../spec/result.ts'

/** Bytes and files on their way. */
export interface Progress {
  readonly bytes: number
  readonly ofBytes: number
  readonly files: number
  readonly ofFiles: number
}

/** How a task ended. */
export type Outcome =
  | { readonly kind: 'completed'; readonly job: JobName; readonly skipped: boolean }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly job?: JobName }
  /** A task it needs failed, so it was not started. */
  | { readonly kind: 'blocked'; readonly by: readonly string[] }

/** Everything that can happen during a run: plain data, in the past tense, told once. */
export type RunEvent = { readonly atMs: number; readonly task: string } & RunHappening

export type RunHappening =
  | { readonly type: 'decided'; readonly decision: Decision }
  /** Another client is starting the same task right now; it is waited for. */
  | { readonly type: 'waited-for-starter' }
  | { readonly type: 'warned'; readonly message: string }
  | { readonly type: 'packed'; readonly files: number; readonly bytes: number; readonly skippedFiles: number }
  | { readonly type: 'uploaded'; readonly what: string; readonly progress: Progress }
  | { readonly type: 'state-cleaned'; readonly files: number }
  | { readonly type: 'submitted'; readonly job: JobRef }
  /** A job failed in a way that is worth another one; `attempt` is the one that follows. */
  | { readonly type: 'retried'; readonly because: string; readonly attempt: AttemptNumber }
  | {
      readonly type: 'status-changed'
      readonly job: JobName
      readonly status: JobStatus
      readonly phase: string
      readonly message?: string
    }
  | { readonly type: 'logged'; readonly job: JobName; readonly line: LogLine }
  | {
      readonly type: 'measured'
      readonly job: JobName
      readonly machine: string
      readonly metric: string
      readonly value: number
    }
  /** Log lines that a late or slow reader of events did not get; `logs()` has them all. */
  | { readonly type: 'lines-skipped'; readonly lines: number }
  | { readonly type: 'downloaded'; readonly what: string; readonly progress: Progress }
  | { readonly type: 'finished'; readonly outcome: Outcome }

/** Takes what happened; who listens is not its concern. */
export type Tell = (happening: RunHappening) => void
