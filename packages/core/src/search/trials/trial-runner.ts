import type { RunEvent } from '../../events/run-event.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { isError } from '../../lang/realms.ts'
import type { RunHandle } from '../../run/handle.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import { systemClock } from '../../time/clock.ts'
import type { SearchEvent } from '../found.ts'
import { Rungs } from '../choose/halving.ts'
import { noJournal, type SearchJournal } from '../journal.ts'
import { trialSpec, type SearchPlan } from '../plan.ts'
import type { SearchTools } from '../tools.ts'
import type { TrialState } from './trial-state.ts'

// Ends that say something about the values of the trial. Everything else would meet the next trial, too.
const failuresOfTrials: readonly string[] = ['JOB_FAILED', 'JOB_TIMED_OUT', 'JOB_STOPPED', 'JOB_LOST', 'RESULT_INVALID']

/** Runs the trials of one search, each as an ordinary task: follows it, stops it when it falls behind, notes how it ended. */
export class TrialRunner {
  journal: SearchJournal = noJournal
  /** What failed that is no trial's own: no more trials begin. */
  fatal: { readonly cause: unknown } | undefined
  /** Whether the search was stopped: no more trials begin, and a job that is reached is stopped. */
  isStopping = false
  readonly #plan: SearchPlan
  readonly #tools: SearchTools
  readonly #leaving: AbortSignal
  readonly #tell: (event: SearchEvent) => void
  readonly #rungs: Rungs | undefined
  readonly #stops = new Map<TrialState, Promise<void>>()
  readonly #handles = new Map<TrialState, Promise<RunHandle>>()

  constructor(plan: SearchPlan, tools: SearchTools, leaving: AbortSignal, tell: (event: SearchEvent) => void) {
    this.#plan = plan
    this.#tools = tools
    this.#leaving = leaving
    this.#tell = tell
    this.#rungs = plan.halving === undefined ? undefined : new Rungs(plan.halving)
  }

  /** Runs one trial to its end. Never rejects. */
  async follow(trial: TrialState): Promise<void> {
    this.#broadcastTrial(trial, { type: 'trial-started', trial: trial.number, hyperparameters: trial.values })
    try {
      const spec = trialSpec(this.#plan, trial.values)
      const options = { signal: this.#leaving, onEvent: (event: RunEvent): void => this.#hear(trial, event) }
      const started = this.#tools.runner.start(spec, options, this.#tools.caller)
      this.#handles.set(trial, started)
      const handle = await started
      handle.job().then(
        (job) => void (trial.job = job),
        () => undefined,
      )
      if (this.isStopping) await handle.stop()
      await this.#completed(trial, await handle.result())
    } catch (cause) {
      this.#failed(trial, cause)
    } finally {
      this.#handles.delete(trial)
    }
    await this.#stops.get(trial)
    this.#stops.delete(trial)
    await this.#note(trial)
  }

  async #completed(trial: TrialState, result: TaskResult): Promise<void> {
    const { goal } = this.#plan
    // It ended while nobody followed it.
    if (goal !== undefined && trial.steps === 0) await this.#readCourse(trial, result, goal.metric)
    trial.result = result
    trial.job = { kind: result.kind, name: result.job }
    trial.seconds = result.seconds
    trial.billableSeconds = result.billableSeconds
    if (goal !== undefined) trial.value = result.metrics[goal.metric] ?? trial.value
    trial.status = goal !== undefined && trial.value === undefined ? 'failed' : 'completed'
    if (trial.status === 'failed') trial.message = `it completed without a value of ${goal?.metric}`
  }

  async #readCourse(trial: TrialState, result: TaskResult, metric: string): Promise<void> {
    try {
      const points = await result.series(metric, { signal: this.#leaving })
      for (const { machine, value, atMs } of points) trial.measured(machine, value, atMs)
    } catch {
      // Its log is gone, or the metric is one of the image's own: the value is known without it.
      this.#leaving.throwIfAborted()
    }
  }

  #failed(trial: TrialState, cause: unknown): void {
    trial.error = cause
    if (trial.status === 'stopped-early') return
    if (this.isStopping) trial.status = 'stopped'
    // Who was left goes on: it is running as before.
    if (this.isStopping || this.#leaving.aborted) return
    trial.status = 'failed'
    trial.message = isError(cause) ? cause.message : String(cause)
    if (!(isSsmError(cause) && failuresOfTrials.includes(cause.code))) this.fatal ??= { cause }
  }

  /** Keeps how a trial ended. One that was stopped with the whole search is run again by the next call. */
  async #note(trial: TrialState): Promise<void> {
    if (trial.status === 'running' || trial.status === 'stopped') return
    if (this.fatal?.cause === trial.error && trial.error !== undefined) return
    trial.isStopping = false
    try {
      await this.#measureTime(trial)
      await this.journal.end(trial.number, trial.end(trial.status))
    } catch (cause) {
      this.fatal ??= { cause }
    }
    this.#ended(trial)
  }

  /** How long the job of a trial took that has no result to say so. */
  async #measureTime(trial: TrialState): Promise<void> {
    if (trial.seconds !== undefined || trial.job === undefined) return
    const platform = await this.#tools.runner.platformOf(this.#plan.task)
    const state = await platform.jobs.describe(trial.job, { signal: this.#leaving })
    if (state?.endedAtMs !== undefined) trial.seconds = (state.endedAtMs - state.createdAtMs) / 1_000
    trial.billableSeconds = state?.billableSeconds
  }

  #hear(trial: TrialState, event: RunEvent): void {
    this.#tell(event)
    if (event.task !== trial.task) return
    if (event.type === 'submitted') trial.restart()
    if (event.type === 'cost-changed' && event.cost.kind === 'known') trial.paid(event.job, event.cost.usd)
    if (event.type === 'measured' && event.metric === this.#plan.goal?.metric)
      this.#measured(trial, event.machine, event.value, event.atMs)
  }

  #measured(trial: TrialState, machine: string, value: number, atMs: number): void {
    if (!trial.measured(machine, value, atMs) || trial.status !== 'running') return
    const loss = trial.loss(this.#plan.goal)
    if (this.#rungs === undefined || loss === undefined) return
    const { isCompared, verdict } = this.#rungs.report(trial.number, trial.steps, loss)
    if (isCompared) trial.compared.push([trial.steps, loss])
    const handle = this.#handles.get(trial)
    if (verdict === 'go on' || handle === undefined) return
    trial.status = 'stopped-early'
    trial.isStopping = true
    this.#stops.set(trial, this.#stopEarly(trial, handle))
  }

  /** First it is noted, then stopped: a client that dies in between leaves no trial that would be run again. */
  async #stopEarly(trial: TrialState, handle: Promise<RunHandle>): Promise<void> {
    try {
      trial.job = await (await handle).job()
      await this.journal.end(trial.number, trial.end('stopped-early'))
      await (await handle).stop()
    } catch {
      // It ended by itself meanwhile, or goes on to its end: what is wrong is said by its result and when its end is noted.
    }
  }

  /** Takes over a trial that ended with an earlier client. */
  async recall(trial: TrialState): Promise<void> {
    for (const [steps, loss] of trial.compared) this.#rungs?.report(trial.number, steps, loss)
    if (trial.isStopping && trial.job !== undefined) {
      const platform = await this.#tools.runner.platformOf(this.#plan.task)
      await platform.jobs.stop(trial.job, { signal: this.#leaving })
      await this.#note(trial)
    } else {
      this.#ended(trial)
    }
  }

  /** Stops the trials that run. */
  async stopAll(): Promise<void> {
    this.isStopping = true
    await Promise.all(
      [...this.#handles].map(async ([trial, handle]) => {
        const run = await handle.catch(() => undefined)
        if (trial.status === 'running' || trial.status === 'stopped-early') await run?.stop()
      }),
    )
  }

  /** The result of a trial that an earlier client saw end: its task is skipped, as any that has not changed. */
  async again(trial: TrialState): Promise<TaskResult> {
    const spec = trialSpec(this.#plan, trial.values)
    trial.result = await this.#tools.runner.run(spec, { signal: this.#leaving }, this.#tools.caller)
    return trial.result
  }

  #ended(trial: TrialState): void {
    const { number, status, value } = trial
    this.#broadcastTrial(trial, { type: 'trial-ended', trial: number, status, ...(value === undefined ? {} : { value }) })
  }

  #broadcastTrial({ task }: TrialState, happening: TrialHappening): void {
    this.#tell({ atMs: (this.#tools.clock ?? systemClock).now(), task, ...happening })
  }
}

type TrialHappening =
  | Omit<Extract<SearchEvent, { readonly type: 'trial-started' }>, 'atMs' | 'task'>
  | Omit<Extract<SearchEvent, { readonly type: 'trial-ended' }>, 'atMs' | 'task'>
