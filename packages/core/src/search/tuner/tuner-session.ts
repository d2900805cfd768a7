import { PlatformError } from '../../platform/errors.ts'
import { layoutOf } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { isTerminal } from '../../platform/jobs.ts'
import type { TunedJob, Tuner, TuningState } from '../../platform/tuner.ts'
import type { PreparingContext } from '../../run/runner.ts'
import { checkPlan } from '../check-plan.ts'
import { tooManyFailed, tuningFailed, withoutTuner } from '../errors.ts'
import type { Trial } from '../found.ts'
import { noJournal, openSearchJournal, searchId, type SearchJournal } from '../journal.ts'
import { someValues, trialSpec, upstreamByName } from '../plan.ts'
import { SearchWork } from '../search-work.ts'
import { TrialState } from '../trials/trial-state.ts'
import { startTuning, tunedSpec } from './start-tuning.ts'
import { TunedTrials } from './tuned-trials.ts'
import { tuningName, tuningTask } from './tuning-name.ts'

/** A tuning job of the search, with the training jobs it made. */
interface Tuning extends TuningState {
  readonly name: string
  readonly jobs: readonly TunedJob[]
}

/**
 * One call of a search on SageMaker's own tuner: joins the tuning job of the search, or starts one, and follows it. A search has several
 * of them when one ended before it had made all trials.
 */
export class TunerSession extends SearchWork {
  #journal: SearchJournal = noJournal
  #trials: TunedTrials | undefined
  #tuner: Tuner | undefined
  #live: string | undefined
  #isStopping = false
  #hasTooManyFailed = false

  trials(): readonly Trial[] {
    return this.states.map((trial) => trial.view((ended) => this.#result(ended)))
  }

  async run(): Promise<void> {
    try {
      await checkPlan(this.plan)
      this.leaving.throwIfAborted()
      const { task } = this.plan
      const { signal, tell } = { signal: this.leaving, tell: this.tell.bind(this) }
      const context = await this.tools.runner.contextOf(task, { signal, onEvent: tell })
      this.#tuner = tunerOf(context)
      await this.runNeeded()
      await this.#tune(this.#tuner, context)
      this.throwIfListenerThrew()
      const failed = this.states.filter(({ status }) => status === 'failed')
      if (failed.length > this.plan.tolerate)
        throw tooManyFailed(task.task, this.plan.tolerate, this.trials(), failed.at(-1)?.error)
    } catch (cause) {
      throw this.reasonOf(cause)
    } finally {
      await this.#trials?.close()
      this.isOver = true
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    if (this.#live !== undefined) await this.#tuner?.stop(this.#live, { signal: this.leaving })
  }

  async #tune(tuner: Tuner, context: PreparingContext): Promise<void> {
    const task = upstreamByName(this.plan.task)
    const plan = { ...this.plan, task }
    // The task without a value for what is searched may not even be valid: it is looked at with some.
    const looked = { ...trialSpec(plan, someValues(plan)), task: task.task }
    const { fingerprint } = await this.tools.runner.explain(looked, { signal: this.leaving })
    const id = searchId(this.plan, fingerprint)
    const spec = tunedSpec(plan, tuningTask(task.task, await this.#folder(context), id))
    this.#journal = await openSearchJournal(this.plan, id, context.platform, this.leaving, spec.task)
    await this.#journal.note(this.leaving)
    const { signal, tell } = { signal: this.leaving, tell: this.tell.bind(this) }
    this.#trials = new TunedTrials(plan, spec, await this.tools.runner.contextOf(spec, { signal, onEvent: tell }))
    const before = await this.#before(tuner, spec.task)
    const last = before.at(-1)
    const isRunning = last !== undefined && !isTerminal(last.status)
    const ended = isRunning ? before.slice(0, -1) : before
    await this.#show(ended.flatMap(({ jobs }) => jobs))
    const left = this.plan.trials - this.#counted()
    const isAllOfGrid = plan.by === 'grid' && last?.status === 'completed'
    if (!isRunning && (left <= 0 || isAllOfGrid || this.#isStopping)) return
    const name = tuningName(spec.task, ended.length + 1)
    if (!isRunning) {
      // A grid begins anew: it takes over nothing.
      const parents = plan.by === 'grid' ? [] : ended.filter(({ jobs }) => jobs.some(isOfUse)).map((tuning) => tuning.name)
      await startTuning(plan, spec, { name, trials: left, parents }, tuner, { ...context, signal: this.leaving })
    }
    await this.#follow(
      tuner,
      name,
      ended.flatMap(({ jobs }) => jobs),
    )
  }

  async #folder({ platform }: PreparingContext): Promise<ObjectUri> {
    const { task, project, prefix, bucket } = this.plan.task
    return layoutOf({ bucket: await platform.objects.bucket(bucket, { signal: this.leaving }), prefix, project, task }).root
  }

  async #before(tuner: Tuner, base: string): Promise<readonly Tuning[]> {
    const signal = this.leaving
    const found: Tuning[] = []
    for (let number = 1; ; number += 1) {
      const name = tuningName(base, number)
      const state = await tuner.describe(name, { signal })
      if (state === undefined) return found
      found.push({ ...state, name, jobs: await tuner.jobs(name, { signal }) })
    }
  }

  async #follow(tuner: Tuner, name: string, earlier: readonly TunedJob[]): Promise<void> {
    this.#live = name
    if (this.#isStopping) await this.stop()
    const earlierFailed = this.#failed()
    for await (const { status, failureReason, jobs } of tuner.watch(name, { signal: this.leaving })) {
      await this.#show([...earlier, ...jobs])
      if (!this.#hasTooManyFailed && this.#failed() - earlierFailed > this.plan.tolerate) {
        this.#hasTooManyFailed = true
        await tuner.stop(name, { signal: this.leaving })
      }
      // Without a single good trial it counts as failed, too: what its trials say is worth more.
      if (status === 'failed' && this.#failed() === 0) throw tuningFailed(this.plan.task.task, name, failureReason, this.trials())
    }
    this.#live = undefined
  }

  /** Takes over how the trials stand, the earlier ones first. Their numbers never change. */
  async #show(jobs: readonly TunedJob[]): Promise<void> {
    for (const [index, job] of jobs.entries()) {
      const trial = this.states[index] ?? this.#begin(index + 1, job)
      if (trial.status !== 'running' || !isTerminal(job.status)) continue
      await this.#trials?.end(trial, job, { isStopping: this.#isStopping || this.#hasTooManyFailed })
      await this.#note(trial)
      const { number, status, value, task } = trial
      this.tell({
        type: 'trial-ended',
        atMs: Date.now(),
        task,
        trial: number,
        status,
        ...(value === undefined ? {} : { value }),
      })
    }
  }

  #begin(number: number, job: TunedJob): TrialState {
    const values = this.#trials?.valuesOf(job) ?? {}
    const trial = new TrialState(number, this.#trials?.spec.task ?? '', values)
    trial.job = { kind: 'training', name: job.name }
    this.states.push(trial)
    this.tell({ type: 'trial-started', atMs: Date.now(), task: trial.task, trial: number, hyperparameters: values })
    if (!isTerminal(job.status)) this.#trials?.follow(trial, job)
    return trial
  }

  /** Kept as the trials of other searches are, for whoever asks for the best one. */
  async #note(trial: TrialState): Promise<void> {
    if (trial.status === 'running' || trial.status === 'stopped') return
    await this.#journal.begin(trial.number, trial.values, this.leaving)
    await this.#journal.end(trial.number, trial.end(trial.status))
  }

  #failed(): number {
    return this.states.filter(({ status }) => status === 'failed').length
  }

  /** Trials that need not be made again. Failures that ended the search are. */
  #counted(): number {
    const done = this.states.filter(({ status }) => status === 'completed' || status === 'stopped-early').length
    return done + (this.#failed() > this.plan.tolerate ? 0 : this.#failed())
  }

  async #result(trial: TrialState): ReturnType<Trial['result']> {
    // Whoever has a trial in hand came by here first.
    trial.result ??= await (this.#trials as TunedTrials).result(trial)
    return trial.result
  }
}

const isOfUse = ({ status }: TunedJob): boolean => status === 'completed'

function tunerOf({ platform, hasBudget }: PreparingContext): Tuner {
  if (platform.tuner === undefined)
    throw new PlatformError('PLATFORM_UNSUPPORTED', `The ${platform.name} platform has no tuner of its own`, {
      hint: withoutTuner('here as on AWS.'),
      facts: { platform: platform.name },
    })
  if (hasBudget)
    throw new PlatformError('PLATFORM_UNSUPPORTED', "A budget cannot be kept with SageMaker's tuner: it starts jobs by itself", {
      hint: withoutTuner('each of which asks the budget.'),
    })
  return platform.tuner
}
