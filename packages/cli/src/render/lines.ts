import type { CliContext } from '../terminal/context.ts'
import { coloursFor, type Colours } from '../terminal/colours.ts'
import type { RunLog, Notice } from './run-log.ts'
import { safeLine } from '../terminal/text.ts'

/** A line of a summary: a headline with its mark, or a name with a text. */
export interface SummaryLine {
  readonly mark?: 'good' | 'bad'
  readonly name?: string
  readonly text: string
}

/** Writes log lines to stdout: as they are into a pipe, harmless and with colours onto a terminal. */
export function logWriter(context: CliContext, machines: number): (machine: string, text: string) => void {
  const colours = coloursFor(context.stdout, context)
  return (machine, text) => {
    const number = Number(/(\d+)$/.exec(machine)?.[1] ?? 0)
    const isPrefixed = machines > 1 || context.stdout.isTTY
    const prefix = isPrefixed ? `${colours.numbered(number - 1, machine)} ${colours.dim('│')} ` : ''
    context.stdout.write(`${prefix}${context.stdout.isTTY ? safeLine(text, colours.isOn) : text}\n`)
  }
}

/** A line about what happened. */
export function noticeLine({ kind, text }: Notice, colours: Colours): string {
  if (kind === 'warning') return `${colours.yellow('warning:')} ${text}`
  return kind === 'done' ? `${colours.green('✓')} ${text}` : `${colours.dim('·')} ${text}`
}

/** The end of a run, with the course of its metrics. */
export function writeSummary(context: CliContext, lines: readonly SummaryLine[], runLog: RunLog, colours: Colours): void {
  const metrics = runLog.metrics().map((text) => ({ name: 'metric', text }))
  for (const line of [...lines.slice(0, 1), ...metrics, ...lines.slice(1)])
    context.stderr.write(`${summaryText(line, colours)}\n`)
}

function summaryText({ mark, name, text }: SummaryLine, colours: Colours): string {
  if (mark !== undefined) return `${mark === 'good' ? colours.green('✓') : colours.red('✗')} ${colours.bold(text)}`
  return `  ${colours.dim((name ?? '').padEnd(8))} ${text}`
}
