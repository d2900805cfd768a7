import type { EventBase, RunEvent } from '../events/run-event.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { JobName } from '../names/job-name.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { Space, Values } from './space.ts'

/** A value of a metric, while the job ran. */
export interface MetricPoint {
  /** Which value of this metric it is, from 1. */
  readonly step: number
  /** The value. */
  readonly value: number
  /** When it was printed, in milliseconds since 1970. */
  readonly atMs: number
}

/** How a trial stands or ended. */
export type TrialStatus = 'running' | 'completed' | 'stopped-early' | 'failed' | 'stopped'

/** One trial of a search. */
export interface Trial<Given = Values, Result = TaskResult> {
  /** Which trial it is, from 1. */
  readonly number: number
  /** The name of its task: the searched task's name and a digest of the values. */
  readonly task: string
  /** The values it was run with. */
  readonly hyperparameters: Given
  /**
   * How it ended: `stopped-early` by `.stopEarly()`, `stopped` by the time limit of the search or by `stop()`. One that runs, also when the search
   * was left by `detach()` or an abort, is `running`. A trial that
   * completed without a value of the searched metric `failed`.
   */
  readonly status: TrialStatus
  /** The last value of the searched metric; absent when there was none. */
  readonly value?: number
  /** The values of the searched metric in their order, at most 512 of them, as the first machine that printed one printed them. */
  readonly course: readonly MetricPoint[]
  /** Its last job; absent when none was started. */
  readonly job?: JobName
  /** From the submission of the job to its end, in seconds. */
  readonly seconds?: number
  /** What is billed, per machine, in seconds; training on AWS only. */
  readonly billableSeconds?: number
  /** What its jobs cost, in US dollars; absent when that is not known, and in projects without prices. */
  readonly costUsd?: number
  /** Why it failed. */
  readonly message?: string
  /**
   * The result of a completed trial, which has `series('loss')`, `download()` and the others: `await (await trial.result()).series('loss')`.
   *
   * @throws {SsmError} `SEARCH_FAILED` for one that did not complete.
   */
  result(): Promise<Result>
}

/** What a search found. */
export interface Found<Given = Values, Result = TaskResult> {
  /** The result of the best completed trial: `best.outputs.model`, `best.hyperparameters`. */
  readonly best: Result & {
    /** The values it was run with. */
    readonly hyperparameters: Given
  }
  /** Every trial, in the order of their numbers. */
  readonly trials: readonly Trial<Given, Result>[]
  /**
   * Writes a page about the search for a browser: its trials, what the hyperparameters tell of the result, and the best trial's job. Replaces an
   * earlier report of this name, and no other file.
   *
   * @example await found.report('search.html')
   * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
   */
  report(file: string, options?: Abortable): Promise<void>
}

/**
 * A trial of a search begins, or goes on after the client was started again.
 *
 * @example
 * { "type": "trial-started", "atMs": 1767323045678, "task": "train-4fzk20q1mx", "trial": 7, "hyperparameters": { "lr": 0.01 } }
 */
export interface TrialStartedEvent extends EventBase {
  readonly type: 'trial-started'
  /** Its number, from 1. */
  readonly trial: number
  /** The values it runs with. */
  readonly hyperparameters: Values
}

/**
 * A trial of a search ended, or is known to have ended before.
 *
 * @example
 * { "type": "trial-ended", "atMs": 1767323045678, "task": "train-4fzk20q1mx", "trial": 7, "status": "completed", "value": 0.13 }
 */
export interface TrialEndedEvent extends EventBase {
  readonly type: 'trial-ended'
  /** Its number, from 1. */
  readonly trial: number
  /** How it ended. */
  readonly status: TrialStatus
  /** The last value of the searched metric; absent when there was none. */
  readonly value?: number
}

/** What happens during a search: everything that happens to its trials, and their beginnings and ends. */
export type SearchEvent = RunEvent | TrialStartedEvent | TrialEndedEvent

/** How one call of a search behaves. What it searches stands in the chain. */
export interface SearchRunOptions {
  /** Ends the waiting, with `RUN_ABORTED`; trials that run go on, and the next call follows them. */
  readonly signal?: AbortSignal
  /** Called with everything that happens, in order. What it throws rejects the search; the trials go on. */
  readonly onEvent?: (event: SearchEvent) => void
}

/** A search under way. Disposing it (`await using`) stops the trials that it started and that still run, unless it was detached. */
export interface SearchHandle<Outcome = Found> extends AsyncDisposable {
  /** Everything that happened and happens, from the first event on, for every reader anew; ends with the search. */
  events(options?: {
    /** Ends the reading; the search goes on. */
    readonly signal?: AbortSignal
  }): AsyncIterable<SearchEvent>
  /** The trials as they stand now. */
  trials(): readonly Trial[]
  /** What was found; rejects as `run()` does. */
  result(): Promise<Outcome>
  /** Starts no more trials and stops those that run. `result()` then gives the best of those that completed. */
  stop(): Promise<void>
  /** Lets the trials go on without us: `result()` rejects with `RUN_ABORTED`. */
  detach(): void
}

/** What makes a trial good: a metric, and where it should go. */
export interface Goal {
  /** The metric's name. */
  readonly metric: string
  /** Whether less of it is better, or more. */
  readonly direction: 'minimize' | 'maximize'
}

/** A search as it is noted in the bucket. */
export interface StoredSearch {
  /** Its name: a digest of what it is. */
  readonly id: string
  /** When it began, in milliseconds since 1970. */
  readonly createdAtMs: number
  /** The metric, and where it should go. */
  readonly goal: Goal
  /** What is searched. */
  readonly space: Space
  /** Its trials, in the order of their numbers. One that is not known to have ended is `running`. */
  readonly trials: readonly Omit<Trial, 'result'>[]
  /** The best completed trial; absent when none completed. */
  readonly best?: Omit<Trial, 'result'>
}
