import { isSsmError } from '../../errors/ssm-error.ts'
import type { JobRef, JobState } from '../../platform/jobs.ts'
import type { WaitEnded } from '../../spec/result.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { writeObject } from '../submit/write.ts'
import { isWithoutMachines, waitedMs } from './waiting.ts'

/** How long after a job could not be stopped it is tried again. */
const againMs = 60_000

/**
 * Ends a job's wait for spot machines when its limit is over: says so in the job's folder, so that no client takes it for a stop
 * by somebody, and stops the job. A job that runs is left alone.
 */
export class SpotWaiting implements AsyncDisposable {
  readonly #job: JobRef
  readonly #limitMs: number
  readonly #task: ResolvedTask
  readonly #context: TaskContext
  readonly #leave = new AbortController()
  #state: JobState | undefined
  #timer: { readonly over: AbortController; readonly done: Promise<void> } | undefined

  constructor(job: JobRef, limitSeconds: number, task: ResolvedTask, context: TaskContext) {
    this.#job = job
    this.#limitMs = limitSeconds * 1_000
    this.#task = task
    this.#context = { ...context, signal: AbortSignal.any([context.signal, this.#leave.signal]) }
  }

  /** The job's newest state. */
  see(state: JobState): void {
    this.#state = state
    if (!isWaiting(state)) this.#timer?.over.abort()
    else if (this.#timer === undefined || this.#timer.over.signal.aborted) this.#start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave.abort()
    await this.#timer?.done
  }

  #start(): void {
    const over = new AbortController()
    const signal = AbortSignal.any([this.#context.signal, over.signal])
    // It only ever fails by an abort, which means that there is no wait to end any more.
    this.#timer = { over, done: this.#watch(signal).catch(() => undefined) }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context
    for (;;) {
      const state = this.#state
      if (state === undefined || !isWaiting(state)) return
      const leftMs = this.#limitMs - waitedMs(state, clock.now())
      if (leftMs > 0) await clock.sleep(leftMs, signal)
      else if (await this.#end(signal)) return
      else await clock.sleep(againMs, signal)
    }
  }

  /** Whether there is nothing more to do: the job was stopped, or it does not wait any more. */
  async #end(signal: AbortSignal): Promise<boolean> {
    const { platform, clock, tell } = this.#context
    try {
      // What was seen last may be as old as the pause between two looks: machines may have come meanwhile.
      const state = await platform.jobs.describe(this.#job, { signal })
      if (state === undefined || !isWaiting(state)) return true
      const waitEnded: WaitEnded = { v: 1, waitedSeconds: Math.round(waitedMs(state, clock.now()) / 1_000) }
      const body = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(waitEnded)) } as const
      const uri = this.#task.layout.job(this.#job.name).waitEnded
      await writeObject(uri, body, this.#task, { ...this.#context, signal })
      await platform.jobs.stop(this.#job, { signal: this.#context.signal })
      return true
    } catch (cause) {
      signal.throwIfAborted()
      const why = isSsmError(cause) ? cause.message : String(cause)
      tell({ type: 'warned', message: `The wait of ${this.#job.name} for spot machines cannot be ended now: ${why}` })
      return false
    }
  }
}

const isWaiting = (state: JobState): boolean => state.status === 'in-progress' && isWithoutMachines(state)
