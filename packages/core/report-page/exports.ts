import { moment, number, plain } from './text.ts'

/** A line of a chart. */
export interface Line {
  readonly label: string
  readonly atMs: readonly number[]
  readonly values: readonly number[]
}

/** The values of a chart as comma-separated text: one row for each value. */
export function csvOf(lines: readonly Line[]): string {
  const rows = lines.flatMap(({ label, atMs, values }) =>
    values.map((value, at) => `${new Date(atMs[at] ?? 0).toISOString()},${field(label)},${value}`),
  )
  return `time,series,value\r\n${rows.join('\r\n')}\r\n`
}

/** A text as one field: quoted where it must be, and never a formula for a program that would compute it. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const size = { width: 720, height: 300, left: 70, below: 30 }
/** The colour of a chart's line, by its place among them. */
export const lineColour = (at: number): string => colours[at % colours.length] ?? '#888'

const colours = ['#2f6fde', '#d9680f', '#1a8754', '#a63fb5', '#b58a00', '#0b8a9b', '#c8374a', '#6b6f76']

/** A chart as a picture of its own, on the scale on which it is shown. */
export function svgOf(title: string, lines: readonly Line[], isLogarithmic: boolean, shown = number): string {
  const scaled = (value: number): number => (isLogarithmic ? Math.log10(value) : value)
  const x = rangeOf(lines.map(({ atMs }) => atMs))
  const y = rangeOf(lines.map(({ values }) => values))
  const right = size.width - 10 - size.left
  const down = size.height - size.below - 30
  const px = (value: number): string => (size.left + (right * (value - x.least)) / (x.greatest - x.least || 1)).toFixed(1)
  const py = (value: number): string =>
    (30 + down * (1 - (scaled(value) - scaled(y.least)) / (scaled(y.greatest) - scaled(y.least) || 1))).toFixed(1)
  const paths = lines.map(
    ({ atMs, values }, at) =>
      `<polyline fill="none" stroke="${lineColour(at)}" stroke-width="1.5" points="${values
        .map((value, index) => `${px(atMs[index] ?? 0)},${py(value)}`)
        .join(' ')}"/>`,
  )
  const names = lines.map(({ label }, at) =>
    textAt(
      size.left + (at % inRow) * (right / inRow),
      size.height + 16 * Math.floor(at / inRow),
      label,
      `fill="${lineColour(at)}"`,
    ),
  )
  const end = 'text-anchor="end"'
  const texts = [
    textAt(size.left, 18, isLogarithmic ? `${title} (logarithmic)` : title),
    textAt(size.left - 6, 36, shown(y.greatest), end),
    textAt(size.left - 6, size.height - size.below, shown(y.least), end),
    textAt(size.left, size.height - 12, moment(x.least)),
    textAt(size.width - 10, size.height - 12, moment(x.greatest), end),
  ]
  const height = size.height + 16 * Math.ceil(lines.length / inRow)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${[...texts, ...names, ...paths].join('')}</svg>\n`
}

/** How many names of lines stand beside each other below a chart. */
const inRow = 6

const textAt = (x: number, y: number, text: string, more = ''): string =>
  `<text x="${x.toFixed(0)}" y="${y}" ${more}>${markup(plain(text))}</text>`

function rangeOf(all: readonly (readonly number[])[]): { readonly least: number; readonly greatest: number } {
  let [least, greatest] = [Infinity, -Infinity]
  for (const values of all) for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)]
  return { least, greatest }
}

/** Two characters are in no XML, whatever stands for them. */
const markup = (text: string): string =>
  text
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
