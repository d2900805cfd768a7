import type { RunEvent } from '@simple-sagemaker/core'
import type { CliContext } from '../terminal/context.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { logWriter, noticeLine, writeSummary, type SummaryLine, type WriteLog } from './lines.ts'
import { LiveRegion } from './live-region.ts'
import { coloursFor, type Colours } from '../terminal/colours.ts'
import type { Notice } from './lines.ts'
import { RunLogs } from './run-logs.ts'

const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const frameMs = 100

/** On a terminal: lines that stay are written above, and progress below them is updated in place. */
export class TerminalReporter implements Reporter {
  readonly #warnings: string[] = []
  readonly #context: CliContext
  readonly #colours: Colours
  readonly #region: LiveRegion
  readonly #logs: WriteLog
  readonly #runLogs: RunLogs
  readonly #timer: NodeJS.Timeout
  readonly #forget: () => void
  #isClosed = false

  constructor(context: CliContext, options: ReporterOptions) {
    this.#context = context
    this.#colours = coloursFor(context.stderr, context)
    this.#region = new LiveRegion(context.stderr)
    this.#logs = logWriter(context, options.machines)
    this.#runLogs = new RunLogs(options.reader, options.flags)
    this.#timer = setInterval(() => this.#draw(), frameMs)
    this.#timer.unref()
    this.#forget = context.stderr.onResize(() => this.#draw())
  }

  get warnings(): readonly string[] {
    return this.#warnings
  }

  note(text: string): void {
    this.#say({ kind: 'fact', text })
  }

  ended(kind: 'done' | 'failed', text: string): void {
    this.#say({ kind, text })
  }

  warn(text: string): void {
    this.#say({ kind: 'warning', text })
  }

  expectSeveral(): void {
    this.#runLogs.expectSeveral()
  }

  onEvent(event: RunEvent): void {
    const notices = this.#runLogs.tell(event)
    if (event.type === 'logged') {
      const { name, isOneOfSeveral } = this.#runLogs.sourceOf(event)
      this.#above(() => this.#logs(name, event.line.text, isOneOfSeveral))
    }
    for (const notice of notices) this.#say(notice)
    if (!this.#runLogs.isRunning) this.#region.clear()
  }

  summary(lines: readonly SummaryLine[]): void {
    this.#isClosed = true
    this.#region.clear()
    writeSummary(this.#context, lines, this.#runLogs.metrics(), this.#colours)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#forget()
    this.#region.clear()
  }

  #say(notice: Notice): void {
    if (notice.kind === 'warning') this.#warnings.push(notice.text)
    this.#above(() => this.#context.stderr.write(`${noticeLine(notice, this.#colours)}\n`))
  }

  #above(write: () => void): void {
    this.#region.clear()
    write()
    this.#draw()
  }

  #draw(): void {
    if (this.#isClosed || !this.#runLogs.isRunning) return
    const now = this.#context.now()
    const lines = this.#runLogs.live(now)
    const frame = this.#colours.cyan(frames[Math.floor(now / frameMs) % frames.length] ?? '')
    this.#region.draw(lines.map((line, index) => `${index === lines.length - 1 ? frame : ' '} ${line}`))
  }
}
