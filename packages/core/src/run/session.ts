import { setMaxListeners } from 'node:events'
import { Broadcast } from '../events/broadcast.ts'
import type { DecidedEvent, RunEvent, RunHappening } from '../events/run-event.ts'
import { cacheFolder } from '../files/cache.ts'
import type { GraphNode } from '../graph/order.ts'
import { deferred } from '../lang/deferred.ts'
import { Gate } from '../lang/gate.ts'
import type { JobRef } from '../platform/jobs.ts'
import { redactAll } from '../secrets/redact.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Clock } from '../time/clock.ts'
import type { LiveJob, TaskContext, TaskPlatforms, TaskSession } from './context.ts'
import { executeTask } from './execute-task.ts'
import type { OpenMoney } from './money/money.ts'
import type { TaskOutcome } from './results/outcome.ts'
import type { TaskResult } from './results/task-result.ts'
import { runGraph } from './schedule/run-graph.ts'
import type { RunOptions } from './run-options.ts'

const usualParallel = 4
// Tasks whose code and inputs are read, compared and sent at one time. Hundreds side by side would keep the thread for seconds.
const preparedAtOnce = 8

/**
 * One call of `run()`, `start()` or `project.run()`: its signals, its events and its live jobs. Whatever ends early ends by
 * one of its two signals, and it alone aborts them.
 *
 * | | what comes before a job | a job of ours | a joined job | `result()` |
 * | --- | --- | --- | --- | --- |
 * | abort, `detach()` | ends | goes on | goes on | `RUN_ABORTED` |
 * | `stop()` | ends | is stopped | is stopped | `JOB_STOPPED`; `RUN_ABORTED` without a job |
 * | dispose | ends | is stopped | goes on | `RUN_ABORTED` |
 *
 * A job that is being submitted counts as submitted: the answer is waited for. After `detach()` disposing stops nothing, and
 * `stop()` still stops.
 */
export class RunSession implements TaskSession {
  readonly clock: Clock
  readonly options: RunOptions
  readonly leaving: AbortSignal
  readonly preparing: AbortSignal
  readonly #platforms: TaskPlatforms
  readonly #money: OpenMoney | undefined
  readonly #broadcast = new Broadcast()
  readonly #leave = new AbortController()
  readonly #stop = new AbortController()
  readonly #target = deferred<JobRef>()
  readonly #gate = new Gate(preparedAtOnce)
  readonly #live = new Map<string, LiveJob>()
  readonly #stopped = new Set<string>()
  readonly #lateStops: Promise<unknown>[] = []
  #isDetached = false
  #isOver = false
  #tasks = 1

  constructor(platforms: TaskPlatforms, clock: Clock, options: RunOptions, money?: OpenMoney) {
    this.#platforms = platforms
    this.#money = money
    this.clock = clock
    this.options = options
    const given = options.signal === undefined ? [] : [options.signal]
    this.leaving = AbortSignal.any([this.#leave.signal, ...given])
    this.preparing = AbortSignal.any([this.#leave.signal, this.#stop.signal, ...given])
    // Everything under way listens to them: more than ten listeners are no leak.
    setMaxListeners(0, this.leaving, this.preparing)
    this.#target.promise.catch(() => undefined)
  }

  /** The job of the task that was asked for, once there is one. */
  get job(): Promise<JobRef> {
    return this.#target.promise
  }

  events(signal: AbortSignal | undefined): AsyncIterable<RunEvent> {
    return this.#broadcast.read(signal)
  }

  tell(task: string, happening: RunHappening): void {
    const event: RunEvent = { atMs: this.clock.now(), task, ...redactAll(happening) }
    this.#broadcast.tell(event)
    this.options.onEvent?.(event)
  }

  /** Runs the tasks; `targets` are the keys of those that were asked for. Never rejects for a task that failed. */
  async run(nodes: readonly GraphNode[], targets: ReadonlySet<string>): Promise<ReadonlyMap<string, TaskOutcome>> {
    this.#tasks = nodes.length
    return runGraph(nodes, {
      // Not a number is no limit that anyone could mean.
      parallel: Math.max(1, Math.floor(this.options.parallel ?? usualParallel) || 1),
      tell: (task, happening) => this.tell(task, happening),
      runOne: ({ key, spec }, upstream) => {
        const isTarget = targets.has(key)
        return executeTask({ spec, policy: isTarget ? this.options : forNeeded(this.options), isTarget, upstream }, this)
      },
    })
  }

  /** Everything is over, with the reason when it failed. */
  end(error?: unknown): void {
    this.#isOver = true
    this.#target.reject(error)
    this.#broadcast.end()
  }

  async contextOf(spec: TaskSpec, upstream: ReadonlyMap<string, TaskResult>): Promise<TaskContext> {
    const platform = await this.#platforms.forTask(spec)
    // A file of prices that cannot be read is told before a job is started.
    await this.#money?.(platform)
    return {
      platform,
      clock: this.clock,
      tell: (happening) =>
        this.tell(spec.task, happening.type === 'decided' ? { ...happening, ...this.#extentOf(spec) } : happening),
      signal: this.preparing,
      cacheDir: cacheFolder(),
      upstream,
      money: this.#money,
    }
  }

  /** How much there is of what prints: whoever shows lines of the log tells from the first one on whose it is. */
  #extentOf({ instanceCount, instanceGroups }: TaskSpec): Pick<DecidedEvent, 'tasks' | 'machines'> {
    const machines = instanceGroups?.reduce((sum, { count }) => sum + count, 0) ?? instanceCount
    return { ...(this.#tasks > 1 ? { tasks: this.#tasks } : {}), ...(machines > 1 ? { machines } : {}) }
  }

  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { leave } = await this.#gate.enter(this.preparing)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  reached(live: LiveJob, { isTarget }: { readonly isTarget: boolean }): void {
    if (isTarget) this.#target.resolve(live.job)
    if (live.isOver) return
    this.#live.set(live.job.name, live)
    // It was on its way when the run was stopped.
    if (live.isOwn && this.#stop.signal.aborted) this.#lateStops.push(this.#stopJob(live).catch(() => undefined))
  }

  ended({ name }: JobRef): void {
    this.#live.delete(name)
  }

  isStopped(job: JobRef): boolean {
    return this.#stopped.has(job.name)
  }

  /** Asks every live job to stop and ends the preparing of others. */
  async stop(): Promise<void> {
    this.#stopNothingNew()
    await Promise.all([...this.#live.values()].map((live) => this.#stopJob(live)))
  }

  detach(): void {
    this.#isDetached = true
    this.#leave.abort(new DOMException('The run was detached', 'AbortError'))
  }

  /** Stops the session's own jobs, unless it was detached or is over, and waits until nothing of it is left. */
  async dispose(outcome: Promise<unknown>): Promise<void> {
    const isStopping = !this.#isOver && !this.#isDetached
    if (isStopping) this.#stopNothingNew()
    const own = isStopping ? [...this.#live.values()].filter(({ isOwn }) => isOwn) : []
    // First, so that the run always ends in the same way, however fast its jobs do.
    this.#leave.abort(new DOMException('The run was disposed', 'AbortError'))
    const stops = Promise.all(own.map((live) => this.#stopJob(live)))
    stops.catch(() => undefined)
    await outcome.catch(() => undefined)
    await Promise.all([stops, ...this.#lateStops])
  }

  #stopNothingNew(): void {
    this.#stop.abort(new DOMException('The run was stopped before its job was submitted', 'AbortError'))
  }

  async #stopJob({ platform, job }: LiveJob): Promise<void> {
    this.#stopped.add(job.name)
    await platform.jobs.stop(job)
  }
}

/** `force` and `clean` mean the tasks that were asked for, not everything they need. */
function forNeeded({ force: _force, clean: _clean, ...rest }: RunOptions): RunOptions {
  return rest
}
