import type { Platform } from '../platform/platform.ts'
import { tooManyFailed } from './errors.ts'
import type { SearchRunOptions, Trial } from './found.ts'
import { openSearchJournal, searchId, type KeptTrial } from './journal.ts'
import { checkPlan } from './check-plan.ts'
import { someValues, trialSpec, trialTask, type SearchPlan } from './plan.ts'
import { nextValues } from './choose/samplers.ts'
import { systemClock } from '../time/clock.ts'
import type { Values } from './space.ts'
import { SearchWork } from './search-work.ts'
import type { SearchTools } from './tools.ts'
import { TrialRunner } from './trials/trial-runner.ts'
import { TrialState } from './trials/trial-state.ts'

const longestSleepSeconds = 86_400

/** One call of a search: recalls the trials there are, chooses more, and runs them, some at once. */
export class SearchSession extends SearchWork {
  readonly runner: TrialRunner
  readonly #waiting: TrialState[] = []

  constructor(plan: SearchPlan, tools: SearchTools, options: SearchRunOptions) {
    super(plan, tools, options)
    this.runner = new TrialRunner(plan, tools, this.leaving, (event) => this.tell(event))
  }

  trials(): readonly Trial[] {
    return this.states.map((trial) => trial.view((ended) => this.runner.again(ended)))
  }

  /** Runs until every trial has ended. Rejects when it was left, and when something failed that is no trial's own. */
  async run(): Promise<void> {
    const deadline = new AbortController()
    try {
      await this.#prepare()
      void this.#stopAtDeadline(deadline.signal)
      await this.#eachTrial()
    } catch (cause) {
      throw this.reasonOf(cause)
    } finally {
      deadline.abort()
      this.isOver = true
    }
  }

  /** Starts no more trials, and stops those that run. */
  stop(): Promise<void> {
    return this.runner.stopAll()
  }

  async #prepare(): Promise<void> {
    await checkPlan(this.plan)
    this.leaving.throwIfAborted()
    await this.runNeeded()
    const { task, over } = this.plan
    if (over.kind === 'list') return
    const platform: Platform = await this.tools.runner.platformOf(task)
    // The task without a value for what is searched may not even be valid: it is looked at with some.
    const looked = { ...trialSpec(this.plan, someValues(this.plan)), task: task.task }
    const { fingerprint } = await this.tools.runner.explain(looked, { signal: this.leaving })
    const journal = await openSearchJournal(this.plan, searchId(this.plan, fingerprint), platform, this.leaving)
    this.runner.journal = journal
    await journal.note(this.leaving)
    await this.#recall(await journal.read(this.leaving))
  }

  /** Takes over what earlier clients tried: what ended stays ended, what did not is run. */
  async #recall(kept: readonly KeptTrial[]): Promise<void> {
    // Too many failures ended the search: whoever runs it again has done something about them.
    const failed = kept.filter(({ end }) => end?.status === 'failed').length
    const repeats = failed > this.plan.tolerate
    for (const { number, values, end } of kept.slice(0, this.plan.trials)) {
      const trial = this.#add(number, values)
      if (end === undefined || (end.status === 'failed' && repeats)) {
        this.#waiting.push(trial)
      } else {
        trial.recall(end)
        await this.runner.recall(trial)
      }
    }
  }

  #add(number: number, values: Values): TrialState {
    const trial = new TrialState(number, trialTask(this.plan.task.task, values), values)
    this.states.push(trial)
    return trial
  }

  async #eachTrial(): Promise<void> {
    const live = new Set<Promise<void>>()
    for (;;) {
      while (live.size < this.plan.parallel) {
        const trial = await this.#next()
        if (trial === undefined) break
        const work = this.runner.follow(trial).finally(() => live.delete(work))
        live.add(work)
      }
      if (live.size === 0) break
      await Promise.race(live)
    }
    if (this.runner.fatal !== undefined) throw this.runner.fatal.cause
    this.leaving.throwIfAborted()
    const { task, tolerate } = this.plan
    const failed = this.#failed()
    if (failed.length > tolerate) throw tooManyFailed(task.task, tolerate, this.trials(), failed.at(-1)?.error)
  }

  /** The next trial to run: one that was begun before, or a new one. */
  async #next(): Promise<TrialState | undefined> {
    const { trials, tolerate } = this.plan
    const isEnding = this.runner.isStopping || this.leaving.aborted || this.runner.fatal !== undefined
    if (isEnding || this.#failed().length > tolerate) return undefined
    const begun = this.#waiting.shift()
    if (begun !== undefined) return begun
    if (this.states.length >= trials) return undefined
    const number = (this.states.at(-1)?.number ?? 0) + 1
    const chosen = this.#choose(number)
    if (chosen === undefined) return undefined
    try {
      return this.#add(number, await this.runner.journal.begin(number, chosen, this.leaving))
    } catch (cause) {
      this.runner.fatal ??= { cause }
      return undefined
    }
  }

  #choose(number: number): Values | undefined {
    const { over, by, seed, trials, goal } = this.plan
    if (over.kind === 'list') return over.list[number - 1]
    const seen = this.states.map((trial) => trial.observation(goal))
    return nextValues({ space: over.space, by, seed, trials }, number, seen)
  }

  #failed(): readonly TrialState[] {
    return this.states.filter(({ status }) => status === 'failed')
  }

  async #stopAtDeadline(signal: AbortSignal): Promise<void> {
    const { withinSeconds } = this.plan
    if (withinSeconds === undefined) return
    try {
      // A timer of the system reaches no further than some weeks.
      for (let left = withinSeconds; left > 0; left -= longestSleepSeconds)
        await (this.tools.clock ?? systemClock).sleep(Math.min(left, longestSleepSeconds) * 1_000, signal)
      await this.stop()
    } catch (cause) {
      // It was over before, or a trial could not be stopped.
      if (!signal.aborted) this.runner.fatal ??= { cause }
    }
  }
}
