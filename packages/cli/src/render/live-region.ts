import type { Sink } from '../terminal/context.ts'
import { fit, terminalText, widthOf } from '../terminal/text.ts'

/** Some lines at the bottom of a terminal that are drawn over and over, below everything that stays. */
export class LiveRegion {
  readonly #sink: Sink
  #drawn: readonly string[] = []

  constructor(sink: Sink) {
    this.#sink = sink
  }

  /** Shows these lines instead of the ones before, each cut to the width of the terminal. */
  draw(lines: readonly string[]): void {
    const columns = Math.max(10, this.#sink.columns())
    const shown = lines.map((line) => fit(terminalText(line.replaceAll('\n', ' ')), columns - 1))
    if (shown.length === this.#drawn.length && shown.every((line, index) => line === this.#drawn[index])) return
    // In one piece, or the terminal would flicker.
    this.#sink.control(`${this.#erasure()}${shown.map((line) => `${line}\n`).join('')}`)
    this.#drawn = shown
  }

  /** Takes the lines away, so that something can be written that stays. */
  clear(): void {
    if (this.#drawn.length === 0) return
    this.#sink.control(this.#erasure())
    this.#drawn = []
  }

  /** The way back up, and everything below gone. A terminal that became narrower has broken the old lines into more. */
  #erasure(): string {
    if (this.#drawn.length === 0) return ''
    const columns = Math.max(1, this.#sink.columns())
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
    return `\u001b[${rows}A\r\u001b[J`
  }
}
