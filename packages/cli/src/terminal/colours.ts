import { styleText } from 'node:util'
import type { Sink, CliContext } from './context.ts'

/** Colours of a stream, or none. */
export interface Colours {
  readonly isOn: boolean
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  /** A colour of its own for each number, the same every time. */
  readonly numbered: (number: number, text: string) => string
}

/** The colours for a stream: `NO_COLOR` and `TERM=dumb` forbid them, `FORCE_COLOR` demands them, else a terminal has them. */
export function coloursFor(sink: Sink, context: CliContext): Colours {
  return coloursWhen(wantsColour(sink, context))
}

function wantsColour(sink: Sink, { env }: CliContext): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return sink.isTTY && env['TERM'] !== 'dumb'
}

const numberedColours = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'cyanBright', 'magentaBright', 'yellowBright'] as const

type Format = Parameters<typeof styleText>[0]

/** Colours when they are on, and plain text else. */
export function coloursWhen(isOn: boolean): Colours {
  // Whether the stream has colours was decided above; Node would look at its own stdout.
  const style = (format: Format, text: string): string =>
    isOn && text !== '' ? styleText(format, text, { validateStream: false }) : text
  const colour = (format: Format) => (text: string) => style(format, text)
  return {
    isOn,
    bold: colour('bold'),
    dim: colour('dim'),
    red: colour('red'),
    green: colour('green'),
    yellow: colour('yellow'),
    cyan: colour('cyan'),
    numbered: (number, text) => style(numberedColours[Math.abs(number) % numberedColours.length] ?? 'cyan', text),
  }
}

/** Whether a stream is a terminal on which lines can be drawn over: none in CI, none that is dumb. */
export function canRedraw(sink: Sink, { env }: CliContext): boolean {
  const isCi = (env['CI'] ?? '') !== '' && env['CI'] !== 'false' && env['CI'] !== '0'
  return sink.isTTY && env['TERM'] !== 'dumb' && !isCi
}
