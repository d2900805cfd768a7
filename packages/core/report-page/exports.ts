import { number, plain } from './text.ts'

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

/** A chart as a picture of its own. */
export function svgOf(title: string, lines: readonly Line[]): string {
  const x = rangeOf(lines.map(({ atMs }) => atMs))
  const y = rangeOf(lines.map(({ values }) => values))
  const right = size.width - 10 - size.left
  const down = size.height - size.below - 30
  const px = (value: number): string => (size.left + (right * (value - x.least)) / (x.greatest - x.least || 1)).toFixed(1)
  const py = (value: number): string => (30 + down * (1 - (value - y.least) / (y.greatest - y.least || 1))).toFixed(1)
  const paths = lines.map(
    ({ atMs, values }, at) =>
      `<polyline fill="none" stroke="${lineColour(at)}" stroke-width="1.5" points="${values
        .map((value, index) => `${px(atMs[index] ?? 0)},${py(value)}`)
        .join(' ')}"/>`,
  )
  const names = lines.map(({ label }, at) => `<tspan fill="${lineColour(at)}"> ${markup(plain(label))}</tspan>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="${size.left}" y="18">${markup(plain(title))}${names.join('')}</text><text x="4" y="36">${number(y.greatest)}</text><text x="4" y="${size.height - size.below}">${number(y.least)}</text>${paths.join('')}</svg>\n`
}

function rangeOf(all: readonly (readonly number[])[]): { readonly least: number; readonly greatest: number } {
  let [least, greatest] = [Infinity, -Infinity]
  for (const values of all) for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)]
  return { least, greatest }
}

const markup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
