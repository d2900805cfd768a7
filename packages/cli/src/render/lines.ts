import type { CliContext, Sink } from '../terminal/context.ts'
import { coloursFor, type Colours } from '../terminal/colours.ts'
import { plainText, safeLine } from '../terminal/text.ts'

/** Something worth a line of its own. */
export interface Notice {
  readonly kind: 'fact' | 'done' | 'failed' | 'warning'
  readonly text: string
}

/** A line of a summary: a headline with its mark, or a name with a text. */
export interface SummaryLine {
  readonly mark?: 'good' | 'bad'
  readonly name?: string
  readonly text: string
}

/** Writes log lines to stdout: as they are into a pipe, harmless and with colours onto a terminal. */
export function logWriter(context: CliContext, machines: number | undefined): WriteLog {
  const line = logLineText(context, machines)
  return (machine, text, several) => context.stdout.write(line(machine, text, several))
}

/** Writes a line of the log; `several`: it is known that other machines or tasks print, too. */
export type WriteLog = (machine: string, text: string, several?: boolean) => void

/**
 * A log line as it is printed, with its line end. Without the number of machines, lines say whose they are as soon as a second
 * machine, or another task, has printed one.
 */
export function logLineText(
  context: CliContext,
  machines: number | undefined,
): (machine: string, text: string, several?: boolean) => string {
  const colours = coloursFor(context.stdout, context)
  const { isTTY } = context.stdout
  const seen = new Set<string>()
  return (machine, text, several = false) => {
    if (seen.size < 2) seen.add(machine)
    if (!several && (machines ?? seen.size) <= 1 && !isTTY) return `${text}\n`
    const number = Number(/(\d+)$/.exec(machine)?.[1] ?? 0)
    const prefix = `${colours.numbered(number - 1, machine)} ${colours.dim('│')} `
    return `${prefix}${isTTY ? safeLine(text, colours.isOn) : text}\n`
  }
}

// Small writes cost a system call each; larger ones reach the reader no later than it can read.
const chunkCharacters = 32_768

/** Gathers text for a stream that is written in large pieces, no faster than its reader reads. */
export class SteadyWriter {
  readonly #sink: Sink
  readonly #signal: AbortSignal
  #pending = ''
  #timer: NodeJS.Immediate | undefined

  constructor(sink: Sink, signal: AbortSignal) {
    this.#sink = sink
    this.#signal = signal
  }

  /** Resolves at once while the reader keeps up. Rejects with the signal's reason. */
  async write(text: string): Promise<void> {
    this.#pending += text
    if (this.#pending.length < chunkCharacters) {
      this.#timer ??= setImmediate(() => this.#send())
      return
    }
    this.#send()
    if (this.#sink.isFull()) await this.#sink.flushed(this.#signal)
  }

  /** Sends what is left. */
  async end(): Promise<void> {
    this.#send()
    await this.#sink.flushed(this.#signal)
  }

  #send(): void {
    clearImmediate(this.#timer)
    this.#timer = undefined
    if (this.#pending !== '') this.#sink.write(this.#pending)
    this.#pending = ''
  }
}

/** A line about what happened. */
export function noticeLine({ kind, text: given }: Notice, colours: Colours): string {
  const text = plainText(given)
  if (kind === 'warning') return `${colours.yellow('warning:')} ${text}`
  if (kind === 'failed') return `${colours.red('✗')} ${text}`
  return kind === 'done' ? `${colours.green('✓')} ${text}` : `${colours.dim('·')} ${text}`
}

/** The end of a run, with the course of its metrics. */
export function writeSummary(
  context: CliContext,
  lines: readonly SummaryLine[],
  courses: readonly string[],
  colours: Colours,
): void {
  const metrics = courses.map((text) => ({ name: 'metric', text }))
  for (const line of [...lines.slice(0, 1), ...metrics, ...lines.slice(1)])
    context.stderr.write(`${summaryText(line, colours)}\n`)
}

function summaryText({ mark, name, text: given }: SummaryLine, colours: Colours): string {
  const text = plainText(given)
  if (mark !== undefined) return `${mark === 'good' ? colours.green('✓') : colours.red('✗')} ${colours.bold(text)}`
  return `  ${colours.dim((name ?? '').padEnd(8))} ${text}`
}
