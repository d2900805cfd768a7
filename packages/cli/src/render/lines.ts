import type { World } from '../world.ts'
import { paintFor, type Paint } from './paint.ts'
import type { Story, Told } from './story.ts'
import { safeLine } from './text.ts'

/** A line of a summary: a headline with its mark, or a name with a text. */
export interface SummaryLine {
  readonly mark?: 'good' | 'bad'
  readonly name?: string
  readonly text: string
}

/** Writes log lines to stdout: as they are into a pipe, harmless and with colours onto a terminal. */
export function logWriter(world: World, machines: number): (machine: string, text: string) => void {
  const colours = paintFor(world.stdout, world)
  return (machine, text) => {
    const number = Number(/(\d+)$/.exec(machine)?.[1] ?? 0)
    const isPrefixed = machines > 1 || world.stdout.isTTY
    const prefix = isPrefixed ? `${colours.numbered(number - 1, machine)} ${colours.dim('│')} ` : ''
    world.stdout.write(`${prefix}${world.stdout.isTTY ? safeLine(text, colours.isOn) : text}\n`)
  }
}

/** A line about what happened. */
export function toldText({ kind, text }: Told, colours: Paint): string {
  if (kind === 'warning') return `${colours.yellow('warning:')} ${text}`
  return kind === 'done' ? `${colours.green('✓')} ${text}` : `${colours.dim('·')} ${text}`
}

/** The end of a run, with the course of its metrics. */
export function writeSummary(world: World, lines: readonly SummaryLine[], story: Story, colours: Paint): void {
  const metrics = story.metrics().map((text) => ({ name: 'metric', text }))
  for (const line of [...lines.slice(0, 1), ...metrics, ...lines.slice(1)]) world.stderr.write(`${summaryText(line, colours)}\n`)
}

function summaryText({ mark, name, text }: SummaryLine, colours: Paint): string {
  if (mark !== undefined) return `${mark === 'good' ? colours.green('✓') : colours.red('✗')} ${colours.bold(text)}`
  return `  ${colours.dim((name ?? '').padEnd(8))} ${text}`
}
