import stringWidth from 'string-width'

/*
 * Numbers as text, and text that is safe and fits. Pure.
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

/**
 * What a message says first. One that begins with `…:` says what is the matter in the lines below, so all of it is given; below
 * others are the last lines of a log, which was printed.
 */
export function reasonsOf(message: string): string {
  const [first = ''] = message.split('\n')
  return first.trimEnd().endsWith(':') ? message : first
}

/** The same where there is room for one line. */
export function reasonsInLine(message: string): string {
  const [first = '', ...more] = reasonsOf(message)
    .split('\n')
    .map((line) => line.trim())
  return [first, more.filter((line) => line !== '').join('; ')].join(' ').trimEnd()
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
  if (!colours) return withPictures(lastShown.replace(sgr, ''))
  const shown = colouredText(lastShown)
  return lastShown.search(sgr) < 0 ? shown : `${shown}\u001b[0m`
}

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

/** Text for a terminal: nothing in it but colours, line ends and tabs does anything; control characters become pictures. */
export function terminalText(text: string): string {
  // Nearly every text is plain: one search tells.
  if (text.search(harmful) < 0) return text
  return text.split('\n').map(colouredText).join('\n')
}

/** The same without colours: for texts that others wrote, in the middle of ours. */
export function plainText(text: string): string {
  return text.replace(sgr, '').split('\n').map(withPictures).join('\n')
}

function colouredText(line: string): string {
  let shown = ''
  let at = 0
  for (const match of line.matchAll(sgr)) {
    shown += withPictures(line.slice(at, match.index)) + match[0]
    at = match.index + match[0].length
  }
  return shown + withPictures(line.slice(at))
}

/** A text as one would type it as an argument: in quotes unless it needs none, and always on one line. */
export const asArgument = (text: string): string =>
  /^[\w@%+=:,./\u00a1-\uffff-]+$/.test(text)
    ? text
    : /\p{Cc}/u.test(text)
      ? `$'${text.replace(/[\\']/g, String.raw`\$&`).replace(/\n/g, String.raw`\n`)}'`
      : `'${text.replaceAll("'", String.raw`'\''`)}'`

const withPictures = (text: string): string => text.replace(harmful, picture)

// One column each: Latin letters, punctuation, arrows, boxes and bars. What knows all others compiles large expressions on its
// first use, which costs more than the whole of a help page.
const allNarrow =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2193\u2500-\u259f\u2713\u2717\u2800-\u28ff]*$/

/** How many columns a text takes on a terminal, colours not counted. */
export function widthOf(text: string): number {
  return allNarrow.test(text) ? text.length : stringWidth(text)
}

let segmenter: Intl.Segmenter | undefined

/** The text cut to this many columns, with `…` where it was cut. Colours end with it. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  segmenter ??= new Intl.Segmenter()
  let shown = ''
  let width = 0
  for (const part of text.split(/(\u001b\[[0-9;:]*m)/)) {
    if (part.startsWith('\u001b')) {
      shown += part
      continue
    }
    for (const { segment } of segmenter.segment(part)) {
      const next = width + widthOf(segment)
      if (next > columns - 1) return `${shown}…${text.includes('\u001b[') ? '\u001b[0m' : ''}`
      shown += segment
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
