import type { Wording } from '../errors/wording.ts'
import type { JobName } from '../names/job-name.ts'
import type { ImageProgress } from '../platform/images.ts'
import type { JobRef, JobStatus, PhaseName } from '../platform/jobs.ts'
import type { LogLine } from '../platform/logs.ts'
import type { PythonChoice } from '../platform/python.ts'
import type { Cost, CostCeiling } from '../spec/money/cost.ts'
import type { AttemptMachines, AttemptNumber, Decision } from '../spec/result.ts'

/** Bytes and files on their way. */
export interface Progress {
  /** Bytes that are done. */
  readonly bytes: number
  /** Bytes in all. */
  readonly ofBytes: number
  /** Files that are done. */
  readonly files: number
  /** Files in all. */
  readonly ofFiles: number
}

/** How a task ended. */
export type Outcome =
  | {
      readonly kind: 'completed'
      /** The job that completed. */
      readonly job: JobName
      /** Whether it is an earlier job, whose outputs were taken. */
      readonly skipped: boolean
    }
  | {
      readonly kind: 'failed'
      /** The error's code. */
      readonly code: string
      /** The error's message. */
      readonly message: string
      /** The job that failed; absent when there was none yet. */
      readonly job?: JobName
    }
  /** A task it needs failed, so it was not started. */
  | {
      readonly kind: 'blocked'
      /** The tasks that failed. */
      readonly by: readonly string[]
    }

/** What every event has. */
export interface EventBase {
  /** When it happened, in milliseconds since 1970. */
  readonly atMs: number
  /** The task it happened to. */
  readonly task: string
}

/**
 * It is decided whether the task is skipped, joined or started, and why. Before anything is sent.
 *
 * @example
 * { "type": "decided", "atMs": 1767323045678, "task": "train", "decision": { "kind": "start",
 *   "because": "hyperparameter lr has changed", "changes": [{ "part": "hyperparameter lr", "from": "0.1",
 *   "to": "0.2" }] } }
 */
export interface DecidedEvent extends EventBase {
  readonly type: 'decided'
  /** The decision with its reason, and what has changed. */
  readonly decision: Decision
  /** How many tasks the run has; absent for one. */
  readonly tasks?: number
  /** How many machines a job of the task has; absent for one. */
  readonly machines?: number
}

/**
 * Another client is starting the same task right now; it is waited for.
 *
 * @example
 * { "type": "waited-for-starter", "atMs": 1767323045678, "task": "train" }
 */
export interface WaitedForStarterEvent extends EventBase {
  readonly type: 'waited-for-starter'
}

/**
 * Something is not as it may have been meant; the run goes on. At any time.
 *
 * @example
 * { "type": "warned", "atMs": 1767323045678, "task": "train",
 *   "message": "state of an earlier run with other hyperparameter lr is given to the job",
 *   "hint": { "library": "run({ clean: true }) removes it", "commandLine": "--clean_state removes it" } }
 */
export interface WarnedEvent extends EventBase {
  readonly type: 'warned'
  /** A sentence for people. */
  readonly message: string
  /** The same with flags in place of methods, where it names any. */
  readonly commandLine?: string
  /** What to do about it, where there is something: for a program, and for a command line. */
  readonly hint?: Wording
}

/**
 * The code was packed.
 *
 * @example
 * { "type": "packed", "atMs": 1767323045678, "task": "train", "files": 3, "bytes": 4120, "skippedFiles": 12 }
 */
export interface PackedEvent extends EventBase {
  readonly type: 'packed'
  /** Files that go along. */
  readonly files: number
  /** Their size. */
  readonly bytes: number
  /** Files that ignore rules left out. */
  readonly skippedFiles: number
}

/**
 * Files are being uploaded; several times for one upload, the last time when all of it is there.
 *
 * @example
 * { "type": "uploaded", "atMs": 1767323045678, "task": "train", "what": "input data",
 *   "progress": { "bytes": 1048576, "ofBytes": 4194304, "files": 1, "ofFiles": 4 } }
 */
export interface UploadedEvent extends EventBase {
  readonly type: 'uploaded'
  /** `code`, or `input <channel>`. */
  readonly what: string
  /** How far it is. */
  readonly progress: Progress
}

/**
 * An image is being built, pushed or pulled, or is ready.
 *
 * @example
 * { "type": "image-progressed", "atMs": 1767323045678, "task": "train",
 *   "progress": { "image": "my-image:1", "by": "docker", "step": "build", "line": "Step 2/5 : RUN pip install x", "done": 1, "of": 5 } }
 */
export interface ImageProgressedEvent extends EventBase {
  readonly type: 'image-progressed'
  /** What is done, by what, and the line that was printed last. */
  readonly progress: ImageProgress
}

/**
 * The task's state was removed, as `clean` or `state({ keep: 'same-spec' })` asked. Before the job starts.
 *
 * @example
 * { "type": "state-cleaned", "atMs": 1767323045678, "task": "train", "files": 2 }
 */
export interface StateCleanedEvent extends EventBase {
  readonly type: 'state-cleaned'
  /** Files that were removed. */
  readonly files: number
}

/**
 * The task's packages begin to be downloaded as wheels, or have been downloaded. Wheels that are there already make no event.
 *
 * @example
 * { "type": "packages-collected", "atMs": 1767323045678, "task": "train", "file": "uv.lock", "packages": 12, "bytes": 41234567 }
 */
export interface PackagesCollectedEvent extends EventBase {
  readonly type: 'packages-collected'
  /** The file that names them. */
  readonly file: string
  /** How many there are; absent at the beginning. */
  readonly packages?: number
  /** Their size. */
  readonly bytes?: number
}

/**
 * The job runs on this computer, with a Python other than that of the PATH.
 *
 * @example
 * { "type": "python-chosen", "atMs": 1767323045678, "task": "train", "path": "/home/me/code/.venv/bin/python3",
 *   "foundBy": "folder" }
 */
export interface PythonChosenEvent extends EventBase {
  readonly type: 'python-chosen'
  /** The interpreter's file. */
  readonly path: string
  /** `option`: it was given; `environment`: the active `VIRTUAL_ENV`; `folder`: a `.venv` beside the code. */
  readonly foundBy: PythonChoice['foundBy']
}

/**
 * A job was submitted.
 *
 * @example
 * { "type": "submitted", "atMs": 1767323045678, "task": "train", "job": { "kind": "training",
 *   "name": "train-2026-01-02-03-04-05-a1b2c3d4" } }
 */
export interface SubmittedEvent extends EventBase {
  readonly type: 'submitted'
  /** The job. */
  readonly job: JobRef
}

/**
 * A job failed in a way that is worth another one, and another one is started.
 *
 * @example
 * { "type": "retried", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-AbCdEfGh",
 *   "because": "the machine was taken back", "attempt": { "number": 2, "of": 3 }, "pauseSeconds": 60 }
 */
export interface RetriedEvent extends EventBase {
  readonly type: 'retried'
  /** The job that ended. */
  readonly job: JobName
  /** Why another one is started. */
  readonly because: string
  /** The attempt that follows. */
  readonly attempt: AttemptNumber
  /** How long is waited before it. */
  readonly pauseSeconds: number
  /** The machines it asks for; absent for a task that asks for the same each time. */
  readonly machines?: AttemptMachines
}

/**
 * The job got machines that an earlier job had kept warm. When its machines are there; only for a task with `warm`.
 *
 * @example
 * { "type": "machines-reused", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "from": "prep-2026-01-02-02-50-00-AbCdEfGh", "keptSeconds": 240, "keptUsd": 0.1 }
 */
export interface MachinesReusedEvent extends EventBase {
  readonly type: 'machines-reused'
  /** The job. */
  readonly job: JobName
  /** The job that had kept the machines. */
  readonly from: JobName
  /** What was billed for keeping them until then, in seconds of each machine. */
  readonly keptSeconds: number
  /** The same in US dollars, as part of that job's cost; absent when no price is known. */
  readonly keptUsd?: number
}

/**
 * The job entered another phase.
 *
 * @example
 * { "type": "status-changed", "atMs": 1767323045678, "task": "train",
 *   "job": "train-2026-01-02-03-04-05-a1b2c3d4", "status": "running", "phase": "Training",
 *   "phaseStartedAtMs": 1767323045000 }
 */
export interface StatusChangedEvent extends EventBase {
  readonly type: 'status-changed'
  /** The job. */
  readonly job: JobName
  /** How it is doing. */
  readonly status: JobStatus
  /** The phase: `Starting`, `Downloading`, `Training`, … */
  readonly phase: PhaseName
  /** When the phase began, which may be before this run joined the job. */
  readonly phaseStartedAtMs?: number
  /** What the platform says about it. */
  readonly message?: string
}

/**
 * A machine printed a line.
 *
 * @example
 * { "type": "logged", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "line": { "atMs": 1767323045000, "machine": "algo-1", "text": "loss=0.25" } }
 */
export interface LoggedEvent extends EventBase {
  readonly type: 'logged'
  /** The job. */
  readonly job: JobName
  /** The line, its machine and time. */
  readonly line: LogLine
}

/**
 * A metric was found in the log.
 *
 * @example
 * { "type": "measured", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "machine": "algo-1", "metric": "loss", "value": 0.25 }
 */
export interface MeasuredEvent extends EventBase {
  readonly type: 'measured'
  /** The job. */
  readonly job: JobName
  /** The machine that printed it: `algo-1`, … */
  readonly machine: string
  /** The metric's name. */
  readonly metric: string
  /** Its value. */
  readonly value: number
}

/**
 * Log lines that a late or slow reader of events did not get; `logs()` has them all.
 *
 * @example
 * { "type": "lines-skipped", "atMs": 1767323045678, "task": "train", "lines": 1200 }
 */
export interface LinesSkippedEvent extends EventBase {
  readonly type: 'lines-skipped'
  /** How many. */
  readonly lines: number
}

/**
 * It is known what the job can cost at most, or why not. Before the job is submitted, when the project has prices or a budget.
 *
 * @example
 * { "type": "priced", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "ceiling": { "kind": "known", "ceilingUsd": 2.76, "warmCeilingUsd": 0, "usdPerHour": 0.115, "instanceType": "ml.m5.large",
 *   "machines": 1, "maxSeconds": 86400, "pricesFrom": "prices.json", "pricesAsOf": "2026-01-01", "notCounted": [] } }
 */
export interface PricedEvent extends EventBase {
  readonly type: 'priced'
  /** The job. */
  readonly job: JobName
  /** The most that it can cost, or why that is not known. */
  readonly ceiling: CostCeiling
}

/**
 * What the job costs so far, or cost in the end: when its machines are there, every minute, and at its end. Only when the project
 * has prices or a budget.
 *
 * @example
 * { "type": "cost-changed", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "cost": { "kind": "known", "usd": 0.0345, "savedUsd": 0.0805, "warmUsd": 0, "isFinal": true, "usdPerHour": 0.115,
 *   "billedMachineSeconds": 1080, "pricesFrom": "prices.json", "pricesAsOf": "2026-01-01", "notCounted": [] } }
 */
export interface CostChangedEvent extends EventBase {
  readonly type: 'cost-changed'
  /** The job. */
  readonly job: JobName
  /** What it costs, or why that is not known. */
  readonly cost: Cost
}

/**
 * Money of the project's budget was reserved for the job, what it cost was settled, or nothing was needed after all. Only with a budget.
 *
 * @example
 * { "type": "budget-changed", "atMs": 1767323045678, "task": "train", "job": "train-2026-01-02-03-04-05-a1b2c3d4",
 *   "because": "reserved", "budgetUsd": 50, "spentUsd": 12.5, "reservedUsd": 2.76, "leftUsd": 34.74 }
 */
export interface BudgetChangedEvent extends EventBase {
  readonly type: 'budget-changed'
  /** The job. */
  readonly job: JobName
  /** `reserved`: before the job is submitted; `settled`: at its end; `released`: it was not submitted. */
  readonly because: 'reserved' | 'settled' | 'released'
  /** The budget, in US dollars. */
  readonly budgetUsd: number
  /** What jobs of the project cost that have ended, in US dollars. */
  readonly spentUsd: number
  /** What is reserved for jobs that have not, in US dollars. */
  readonly reservedUsd: number
  /** What is left for others, in US dollars. */
  readonly leftUsd: number
}

/**
 * Files are being downloaded; several times for one download, the last time when all of it is there.
 *
 * @example
 * { "type": "downloaded", "atMs": 1767323045678, "task": "train", "what": "model",
 *   "progress": { "bytes": 4194304, "ofBytes": 4194304, "files": 1, "ofFiles": 1 } }
 */
export interface DownloadedEvent extends EventBase {
  readonly type: 'downloaded'
  /** Which part: `model`, `logs`, … */
  readonly what: string
  /** How far it is. */
  readonly progress: Progress
}

/**
 * The task ended. The last event of a task, but for those of a download.
 *
 * @example
 * { "type": "finished", "atMs": 1767323045678, "task": "train", "outcome": { "kind": "completed",
 *   "job": "train-2026-01-02-03-04-05-a1b2c3d4", "skipped": false } }
 */
export interface FinishedEvent extends EventBase {
  readonly type: 'finished'
  /** How it ended. */
  readonly outcome: Outcome
}

/** Everything that can happen during a run: plain data, in the past tense, told once. */
export type RunEvent =
  | DecidedEvent
  | WaitedForStarterEvent
  | WarnedEvent
  | PackedEvent
  | UploadedEvent
  | ImageProgressedEvent
  | StateCleanedEvent
  | PackagesCollectedEvent
  | PythonChosenEvent
  | SubmittedEvent
  | RetriedEvent
  | MachinesReusedEvent
  | StatusChangedEvent
  | LoggedEvent
  | MeasuredEvent
  | PricedEvent
  | CostChangedEvent
  | BudgetChangedEvent
  | LinesSkippedEvent
  | DownloadedEvent
  | FinishedEvent

/** An event before it has a time and a task. */
export type RunHappening = WithoutBase<RunEvent>

type WithoutBase<Event> = Event extends EventBase ? Omit<Event, keyof EventBase> : never

/** Takes what happened; who listens is not its concern. */
export type Tell = (happening: RunHappening) => void
