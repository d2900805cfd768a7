import { setMaxListeners } from 'node:events'
import { Broadcast } from '../events/broadcast.ts'
import { GraphFailedError } from '../run/results/outcome.ts'
import { searchAborted } from './errors.ts'
import type { SearchEvent, SearchRunOptions, Trial } from './found.ts'
import { upstreamOf, type SearchPlan } from './plan.ts'
import type { SearchTools } from './tools.ts'
import type { TrialState } from './trials/trial-state.ts'

/** What every call of a search has, whoever chooses its trials: its events, its trials, and the ways to leave it. */
export abstract class SearchWork {
  protected readonly plan: SearchPlan
  protected readonly tools: SearchTools
  /** Aborted when nobody waits any more. */
  protected readonly leaving: AbortSignal
  /** Whether every trial has ended, or the search failed. */
  protected isOver = false
  /** The trials as they stand, in the order of their numbers. */
  readonly states: TrialState[] = []
  readonly #options: SearchRunOptions
  readonly #broadcast = new Broadcast<SearchEvent>()
  readonly #leave = new AbortController()
  #isDetached = false
  #thrown: { readonly cause: unknown } | undefined

  constructor(plan: SearchPlan, tools: SearchTools, options: SearchRunOptions) {
    this.plan = plan
    this.tools = tools
    this.#options = options
    this.leaving = AbortSignal.any([this.#leave.signal, ...(options.signal === undefined ? [] : [options.signal])])
    // Every trial listens to it: more than ten listeners are no leak.
    setMaxListeners(0, this.leaving)
  }

  /** Runs until every trial has ended. Rejects when it was left, and when something failed that is no trial's own. */
  abstract run(): Promise<void>
  /** Starts no more trials, and stops those that run. */
  abstract stop(): Promise<void>
  /** The trials as they are shown to users. */
  abstract trials(): readonly Trial[]

  events(signal: AbortSignal | undefined): AsyncIterable<SearchEvent> {
    return this.#broadcast.read(signal)
  }

  /** Ends the readers of the events: nothing happens any more. */
  end(): void {
    this.#broadcast.end()
  }

  detach(): void {
    this.#isDetached = true
    this.#leave.abort(new DOMException('The search was detached', 'AbortError'))
  }

  /** Stops what runs, unless the search was detached or is over, and waits until nothing of it is left. */
  async dispose(outcome: Promise<unknown>): Promise<void> {
    try {
      if (!this.isOver && !this.#isDetached) await this.stop()
    } finally {
      this.#leave.abort(new DOMException('The search was disposed', 'AbortError'))
      await outcome.catch(() => undefined)
    }
  }

  /** Tells what happened. When `onEvent` throws, nobody waits any more: the search rejects with what was thrown, and trials go on. */
  protected tell(event: SearchEvent): void {
    this.#broadcast.tell(event)
    try {
      this.#options.onEvent?.(event)
    } catch (cause) {
      this.#thrown ??= { cause }
      this.#leave.abort(cause)
    }
  }

  /** Throws what `onEvent` threw, when it did. */
  protected throwIfListenerThrew(): void {
    if (this.#thrown !== undefined) throw this.#thrown.cause
  }

  /** What the search rejects with after `cause`. */
  protected reasonOf(cause: unknown): unknown {
    if (this.#thrown !== undefined) return this.#thrown.cause
    return this.leaving.aborted ? searchAborted(this.plan.task.task, cause) : cause
  }

  /** The tasks whose outputs every trial reads run once. */
  protected async runNeeded(): Promise<void> {
    const needed = upstreamOf(this.plan.task)
    if (needed.length === 0) return
    const outcomes = await this.tools.runner.runAll(needed, { signal: this.leaving, onEvent: (event) => this.tell(event) })
    const ends = Object.values(outcomes)
    const [first] = ends
    if (ends.length === 1 && first?.status === 'failed') throw first.error
    if (ends.some(({ status }) => status !== 'completed')) throw new GraphFailedError(outcomes)
  }
}
