import { RunAbortedError, type Platform, type RunHandle } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import { signalExits } from '../../grammar/exit-codes.ts'
import type { Reporter } from '../../render/reporter.ts'
import { placeFlags } from '../../settings/settings.ts'
import type { EndSignal } from '../../terminal/context.ts'

// How long after the first Ctrl-C a second one means: stop the job.
const secondPressMs = 1_000

type JobRef = Awaited<ReturnType<RunHandle['job']>>

/**
 * Ctrl-C once lets the job go on and says how to follow it again; twice quickly stops it. Being terminated or losing the
 * terminal lets it go on, too.
 */
export class CtrlC {
  readonly #call: Call
  readonly #handle: RunHandle
  readonly #platform: Platform
  readonly #reporter: Reporter
  readonly #forget: () => void
  readonly #leave = new AbortController()
  readonly #second = new AbortController()
  #first: EndSignal | undefined
  #job: JobRef | undefined
  #isDone = false
  #isPrinted = false

  constructor(call: Call, handle: RunHandle, platform: Platform, reporter: Reporter) {
    this.#call = call
    this.#handle = handle
    this.#platform = platform
    this.#reporter = reporter
    this.#forget = call.context.onSignal((signal) => this.#received(signal))
    handle.job().then(
      (job) => (this.#job = job),
      () => undefined,
    )
  }

  /** Aborts with the first signal. */
  get signal(): AbortSignal {
    return this.#leave.signal
  }

  /** The exit code when the user ended it, after the second press was waited for; `undefined` when nobody did. */
  async exitCode(error: unknown): Promise<number | undefined> {
    if (this.#first === undefined) return undefined
    if (!this.#isPrinted) {
      // It may have been started in the very moment: the end of the run knows.
      if (error instanceof RunAbortedError) this.#job ??= error.job
      this.#say(this.#farewell())
    }
    if (this.#job !== undefined && !this.#isDone && this.#first === 'SIGINT') await this.#waitForSecond(this.#job)
    return signalExits[this.#first]
  }

  /** The job has ended well: what is left is fetching. */
  jobIsDone(): void {
    this.#isDone = true
  }

  close(): void {
    this.#forget()
  }

  #received(signal: EndSignal): void {
    if (this.#first !== undefined) {
      this.#second.abort()
      return
    }
    this.#first = signal
    this.#reporter.close()
    this.#isPrinted = this.#job !== undefined
    if (this.#isPrinted) this.#say(this.#farewell())
    this.#leave.abort(new Error(`Ended by ${signal}`))
    this.#handle.detach()
  }

  #farewell(): string {
    const { parsed, settings } = this.#call
    if (this.#job === undefined) return 'interrupted before a job was started: nothing is running'
    const place = placeFlags(parsed, settings)
    if (this.#isDone) return `interrupted while fetching results: the job is done, and ssm data fetches them again`
    return `detached: the job goes on. Follow it with: ssm logs --follow ${this.#job.name}${place === '' ? '' : ` ${place}`}`
  }

  async #waitForSecond(job: JobRef): Promise<void> {
    const { context } = this.#call
    this.#say('press Ctrl-C again now to stop the job')
    await context.sleep(secondPressMs, this.#second.signal).catch(() => undefined)
    // On a busy computer a press of this second may be heard after the timer: signals come when the loop has turned.
    await new Promise((resolve) => setImmediate(resolve))
    if (!this.#second.signal.aborted) return
    await this.#platform.jobs.stop(job)
    this.#say(`asked job ${job.name} to stop: it has two minutes to save its state`)
  }

  #say(text: string): void {
    const { context, json } = this.#call
    // Over the ^C that the terminal printed.
    if (!json) context.stderr.control('\r')
    context.stderr.write(json ? `${JSON.stringify({ v: 1, note: text })}\n` : `${text}\n`)
  }
}
