/*
 * Texts of others (logs, names, reasons) as they are shown. They only ever become text nodes; here what would not show, or would
 * change how its neighbours show, is made visible.
 */

// oxlint-disable-next-line no-control-regex -- colours of terminals are looked for.
const colours = /\u001B\[[0-9;:]*[A-Za-z]/g
// oxlint-disable-next-line no-control-regex -- so are all other control characters but the tab and the end of a line.
const controls = /[\u0000-\u0008\u000B-\u001F\u007F]/g
const directions = /[\u200E\u200F\u202A-\u202E\u2066-\u2069\u061C]/g

/** A text with nothing hidden in it: control characters as their pictures, marks of direction by their number. */
export const plain = (text: string): string =>
  text
    .replace(colours, '')
    .replace(controls, (one) => String.fromCodePoint(0x24_00 + (one === '\u007F' ? 0x21 : (one.codePointAt(0) ?? 0))))
    .replace(directions, (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)

/** A text in so many characters; one that was cut ends with `…`. */
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** `1.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function span(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `1.5 MB`, in powers of 1000. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [count, 0]
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${Number(value.toPrecision(3))} ${units[unit] ?? ''}`
}

/** A moment, in the reader's own time zone. */
export const moment = (atMs: number): string =>
  new Date(atMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A value as a table shows it: at most six digits. */
export const number = (value: number): string => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6))))

/** An amount of US dollars: cents, and of less than a dollar two digits. */
export const usd = (amount: number): string =>
  `${amount >= 1 || amount === 0 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)))} USD`
