// Shorter texts would mask ordinary words: a secret of three letters is none.
const shortest = 4
const shortestLine = 8
// The longest first: a secret that begins like another one must not leave its tail.
let known: readonly string[] = []

/** Masks this text from now on wherever the library speaks; one of several lines line by line too, as logs tell it. */
export function rememberSecret(value: string): void {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= shortestLine)
  const fresh = [value, ...lines].filter((text) => text.length >= shortest && !known.includes(text))
  if (fresh.length > 0) known = [...new Set([...known, ...fresh])].sort((one, other) => other.length - one.length)
}

/** The known secrets that stand in one of these texts: what a program that gets the texts must not leave in what is stored. */
export const secretsIn = (texts: readonly string[]): readonly string[] =>
  known.filter((value) => texts.some((text) => text.includes(value)))

const escape = '\\u001b\\[[0-?]{0,32}[ -/]{0,4}[@-~]'
const escapes = new RegExp(escape, 'g')

/**
 * The text with every known secret replaced by `<secret>`, also one with colours within it: whoever shows the text without
 * colours, and whoever reads it, would see the secret whole.
 */
export function redact(text: string): string {
  let safe = text
  for (const value of known) if (safe.includes(value)) safe = safe.replaceAll(value, '<secret>')
  if (known.length === 0 || !safe.includes('\u001b[')) return safe
  const plain = safe.replace(escapes, '')
  for (const value of known) if (plain.includes(value)) safe = safe.replace(spread(value), '<secret>')
  return safe
}

/** Finds a text with escape sequences of a terminal between its characters. */
const spread = (value: string): RegExp =>
  new RegExp(Array.from(value, (character) => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&')).join(`(?:${escape})*`), 'gu')

/** Plain data with every known secret in its texts replaced; class instances are left as they are. */
export function redactAll<Value>(value: Value): Value
export function redactAll(value: unknown): unknown {
  if (known.length === 0) return value
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((part: unknown) => redactAll(part))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redactAll(part)]))
}
