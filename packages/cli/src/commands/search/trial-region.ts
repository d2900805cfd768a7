import type { Trial } from '@simple-sagemaker/core'
import { LiveRegion } from '../../render/live-region.ts'
import { trialsText } from '../../render/documents/trial-table.ts'
import { canRedraw, coloursFor } from '../../terminal/colours.ts'
import type { CliContext } from '../../terminal/context.ts'

const mostShown = 15

/** The trials as they stand, drawn in place where the terminal can: those that run, and the best of the others. */
export class TrialRegion {
  readonly isDrawn: boolean
  readonly #context: CliContext
  readonly #region: LiveRegion
  readonly #trials: () => readonly Trial[]
  #drawnAtMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(context: CliContext, trials: () => readonly Trial[]) {
    this.#context = context
    this.#trials = trials
    this.#region = new LiveRegion(context.stderr)
    this.isDrawn = canRedraw(context.stderr, context)
  }

  /** Draws soon: events come by the thousand, and what the last of them changed is drawn, too. */
  draw(): void {
    if (!this.isDrawn || this.#timer !== undefined) return
    const restMs = 100 - (this.#context.now() - this.#drawnAtMs)
    if (restMs <= 0) this.#drawNow()
    else this.#timer = setTimeout(() => this.#drawNow(), restMs)
  }

  #drawNow(): void {
    this.#timer = undefined
    this.#drawnAtMs = this.#context.now()
    const trials = this.#trials()
    const running = trials.filter(({ status }) => status === 'running')
    const others = trials.filter(({ status }) => status !== 'running').slice(-Math.max(0, mostShown - running.length))
    const text = trialsText(
      [...others, ...running].slice(-mostShown),
      coloursFor(this.#context.stderr, this.#context),
      this.#context.stderr.columns(),
    )
    this.#region.draw(text.trimEnd().split('\n'))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#region.clear()
  }
}
