import type { RunEvent } from '@simple-sagemaker/core'
import type { CliContext } from '../terminal/context.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { logWriter, noticeLine, writeSummary, type SummaryLine } from './lines.ts'
import { LiveRegion } from './live-region.ts'
import { coloursFor, type Colours } from '../terminal/colours.ts'
import { RunLog, type Notice } from './run-log.ts'

const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const frameMs = 100

/** On a terminal: what stays is written above, the present is drawn over and over below it. */
export class TerminalReporter implements Reporter {
  readonly #warnings: string[] = []
  readonly #context: CliContext
  readonly #colours: Colours
  readonly #region: LiveRegion
  readonly #logs: (machine: string, text: string) => void
  readonly #runLog = new RunLog()
  readonly #timer: NodeJS.Timeout
  readonly #forget: () => void
  #isRunning = false

  constructor(context: CliContext, options: ReporterOptions) {
    this.#context = context
    this.#colours = coloursFor(context.stderr, context)
    this.#region = new LiveRegion(context.stderr)
    this.#logs = logWriter(context, options.machines)
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

  warn(text: string): void {
    this.#say({ kind: 'warning', text })
  }

  onEvent(event: RunEvent): void {
    this.#isRunning = event.type !== 'finished'
    if (event.type === 'logged') this.#above(() => this.#logs(event.line.machine, event.line.text))
    else for (const notice of this.#runLog.tell(event)) this.#say(notice)
  }

  summary(lines: readonly SummaryLine[]): void {
    this.#isRunning = false
    this.#region.clear()
    writeSummary(this.#context, lines, this.#runLog, this.#colours)
  }

  close(): void {
    this.#isRunning = false
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
    if (!this.#isRunning) return
    const now = this.#context.now()
    const lines = this.#runLog.live(now)
    const frame = this.#colours.cyan(frames[Math.floor(now / frameMs) % frames.length] ?? '')
    this.#region.draw(lines.map((line, index) => `${index === lines.length - 1 ? frame : ' '} ${line}`))
  }
}
