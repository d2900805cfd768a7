/*
 * Small words for numbers, and text that is safe and fits. Pure.
 */

/** `12 B`, `3.4 kB`, `1.2 GB`: powers of 1000, as disks and networks are sold. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** `340 ms`, `3.2 s`, `4 min 5 s`, `2 h 5 min`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** `1 file`, `2 files`, `1,000 files`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

const sgr = /\u001b\[[0-9;:]{0,32}m/g
// What moves the cursor, rings, renames the window or turns the writing direction around.
// oxlint-disable-next-line no-control-regex -- these are what must be found.
const harmful = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * A line of a program's log, harmless on a terminal: control characters are shown as pictures, and what a carriage return
 * would have overwritten is gone. Colours stay when `colours` is true.
 */
export function safeLine(text: string, colours: boolean): string {
  const lastShown = text.split('\r').findLast((part) => part !== '') ?? ''
  if (!colours) return lastShown.replace(sgr, '').replace(harmful, picture)
  let shown = ''
  let at = 0
  for (const match of lastShown.matchAll(sgr)) {
    shown += lastShown.slice(at, match.index).replace(harmful, picture) + match[0]
    at = match.index + match[0].length
  }
  const rest = lastShown.slice(at).replace(harmful, picture)
  return at === 0 ? rest : `${shown}${rest}\u001b[0m`
}

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

/** How many columns a text takes on a terminal, colours not counted. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text.replace(sgr, '')) width += widthOfOne(character.codePointAt(0) ?? 0)
  return width
}

function widthOfOne(code: number): number {
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1
  if ((code >= 0x300 && code < 0x370) || code === 0x200b || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return wide ? 2 : 1
}

/** The text cut to this many columns, with `…` where it was cut. Colours end with it. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let shown = ''
  let width = 0
  for (const part of text.split(/(\u001b\[[0-9;:]*m)/)) {
    if (part.startsWith('\u001b')) {
      shown += part
      continue
    }
    for (const character of part) {
      const next = width + widthOfOne(character.codePointAt(0) ?? 0)
      if (next > columns - 1) return `${shown}…${text.includes('\u001b[') ? '\u001b[0m' : ''}`
      shown += character
      width = next
    }
  }
  return shown
}

/** Text broken into lines of at most this many columns, between words; a longer word stands alone. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}

/** Values as a row of bars, the newest last: `▁▂▅█`. */
export function sparkline(values: readonly number[], most = 24): string {
  const shown = values.slice(-most)
  const [least, greatest] = [Math.min(...shown), Math.max(...shown)]
  const bars = '▁▂▃▄▅▆▇█'
  return shown
    .map((value) => bars[greatest === least ? 3 : Math.round(((value - least) / (greatest - least)) * 7)] ?? '')
    .join('')
}

/** `[██████░░░░]` */
export function bar(share: number, columns = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns)
  return `${'█'.repeat(full)}${'░'.repeat(columns - full)}`
}

/** Rows under their heads, in columns as wide as what they hold. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => widthOf(row[column] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat(column === row.length - 1 ? 0 : (widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd()
  return [head, ...rows].map((row) => `${line(row)}\n`).join('')
}
