import type { Caller } from '../errors/caller.ts'
import { Broadcast } from '../events/broadcast.ts'
import type { RunEvent, RunHappening } from '../events/run-event.ts'
import type { JobRef } from '../platform/jobs.ts'
import type { FollowOptions, LogLine } from '../platform/logs.ts'
import type { Platform } from '../platform/platform.ts'
import { logLines } from './follow/lines.ts'
import type { RunPolicy } from './decide/decide.ts'
import type { TaskResult } from './results/task-result.ts'
import { redactAll } from '../secrets/redact.ts'
import type { OutputName } from '../spec/outputs.ts'
import type { Decision } from '../spec/result.ts'
import type { Clock } from '../time/clock.ts'
import { deferred } from '../lang/deferred.ts'

/** How one call behaves. What the task *is* was said in the chain. */
export interface RunOptions extends RunPolicy {
  /** Ends the preparing and the waiting, with `RunAbortedError`; a submitted job goes on. */
  readonly signal?: AbortSignal
  /** Called with everything that happens, in order. */
  readonly onEvent?: (event: RunEvent) => void
  /** How many tasks may run at once when this one needs others; default 4. */
  readonly parallel?: number
}

/**
 * A run under way. Disposing it (`await using`) stops the jobs that it started and that still run, unless it was detached;
 * a job that it joined belongs to whoever started it.
 */
export interface RunHandle<Out extends OutputName = OutputName, Result = unknown> extends AsyncDisposable {
  /** Everything that happened and happens, from the first event on, for every reader anew; ends with the run. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<RunEvent>
  /** Every log line of the task's own job, from the first one on. */
  logs(options?: Omit<FollowOptions, 'untilNow'>): AsyncIterable<LogLine>
  /** The job, once it is submitted, joined, or found to be done. */
  job(): Promise<JobRef>
  /** What came out; rejects as `run()` does. */
  result(): Promise<TaskResult<Out, Result>>
  /** Asks the jobs of this run to stop, those of tasks that run first too, and ends the preparing. `result()` then rejects. */
  stop(): Promise<void>
  /** Lets the job go on without us: following ends, `result()` rejects with `RunAbortedError`, and disposing stops nothing. */
  detach(): void
}

/** A job that a run came to. */
export interface ReachedJob {
  readonly platform: Platform
  readonly job: JobRef
  readonly decision: Decision
  /** Whether it is the job of the task that was asked for, and not of one that it needs. */
  readonly isTarget: boolean
}

/** What the work of a run is given. */
export interface RunControls {
  readonly tell: (task: string, happening: RunHappening) => void
  /** Aborted when nobody wants to wait any more. */
  readonly signal: AbortSignal
  /** Aborted when nothing new shall be started. */
  readonly stopping: AbortSignal
  readonly reached: (reached: ReachedJob) => void
  /** The job is not waited for any more. */
  readonly left: (job: JobRef) => void
}

/** What a run is started with. */
export interface RunStart {
  readonly platform: Platform
  readonly clock: Clock
  readonly options: RunOptions
  readonly caller: Caller
  readonly work: (run: RunControls) => Promise<TaskResult>
}

/** Starts the work in the background. Nothing of it is lost: whoever asks later gets every event, and the failure too. */
export function startRun(start: RunStart): RunHandle {
  return new BackgroundRun(start)
}

class BackgroundRun implements RunHandle {
  readonly #platform: Platform
  readonly #broadcast = new Broadcast()
  readonly #leave = new AbortController()
  readonly #stopping = new AbortController()
  readonly #job = deferred<JobRef>()
  readonly #live = new Map<string, ReachedJob>()
  readonly #lateStops: Promise<void>[] = []
  readonly #outcome: Promise<TaskResult>
  #isOver = false
  #isDetached = false

  constructor(start: RunStart) {
    this.#platform = start.platform
    this.#outcome = this.#run(start)
    // A failure waits for whoever asks; nobody asking is no crash.
    this.#outcome.catch(() => undefined)
    this.#job.promise.catch(() => undefined)
  }

  events(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<RunEvent> {
    return this.#broadcast.read(options.signal)
  }

  async *logs(options: Omit<FollowOptions, 'untilNow'> = {}): AsyncIterable<LogLine> {
    yield* logLines(this.#platform, await this.job(), options)
  }

  job(): Promise<JobRef> {
    return this.#job.promise
  }

  result(): Promise<TaskResult> {
    return this.#outcome
  }

  async stop(): Promise<void> {
    await this.#stop(() => true)
  }

  detach(): void {
    this.#isDetached = true
    this.#leave.abort(new DOMException('The run was detached', 'AbortError'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#isOver && !this.#isDetached) await this.#stop(({ decision }) => decision.kind === 'start')
    } finally {
      this.#leave.abort(new DOMException('The run was let go', 'AbortError'))
      await this.#outcome.catch(() => undefined)
      await Promise.all(this.#lateStops)
    }
  }

  async #stop(isMeant: (reached: ReachedJob) => boolean): Promise<void> {
    this.#stopping.abort(new DOMException('The run was stopped before its job was submitted', 'AbortError'))
    const jobs = [...this.#live.values()].filter(isMeant)
    await Promise.all(jobs.map(({ platform, job }) => platform.jobs.stop(job)))
  }

  async #run({ options, clock, caller, work }: RunStart): Promise<TaskResult> {
    const signal = options.signal === undefined ? this.#leave.signal : AbortSignal.any([this.#leave.signal, options.signal])
    const tell: RunControls['tell'] = (task, happening) => {
      const event: RunEvent = { atMs: clock.now(), task, ...redactAll(happening) }
      this.#broadcast.tell(event)
      options.onEvent?.(event)
    }
    try {
      return await work({
        tell,
        signal,
        stopping: this.#stopping.signal,
        reached: (reached) => this.#reach(reached),
        left: ({ name }) => void this.#live.delete(name),
      })
    } catch (cause) {
      const error = caller(cause)
      this.#job.reject(error)
      throw error
    } finally {
      this.#isOver = true
      this.#broadcast.end()
    }
  }

  #reach(reached: ReachedJob): void {
    const { platform, job, decision, isTarget } = reached
    if (isTarget) this.#job.resolve(job)
    if (decision.kind === 'skip') return
    this.#live.set(job.name, reached)
    // It was on its way when the run was stopped.
    if (decision.kind === 'start' && this.#stopping.signal.aborted)
      this.#lateStops.push(platform.jobs.stop(job).catch(() => undefined))
  }
}
