/** Replaces secrets in bytes that come in pieces. */
export interface MaskedBytes {
  /** Gives what is certain by now: all of it, but an end that may be the beginning of a secret. */
  push(bytes: Uint8Array): Uint8Array
  /** Gives the rest. */
  end(): Uint8Array
}

const mask = Buffer.from('<secret>')
const nothing = Buffer.alloc(0)

/**
 * Masks these texts, as UTF-8, wherever they stand in a stream, also across its pieces and where they overlap. Memory and time per piece
 * are bounded by the piece and the longest text.
 */
export function maskedBytes(texts: readonly string[]): MaskedBytes {
  const secrets = texts.map((text) => newNeedle(Buffer.from(text))).filter(({ bytes }) => bytes.length > 0)
  if (secrets.length === 0) return { push: (bytes) => bytes, end: () => nothing }
  let held: Buffer = nothing
  // How many bytes of what is held belong to a secret whose mask was given already.
  let covered = 0
  const take = (bytes: Buffer, to: number): Buffer => {
    const pieces: Buffer[] = []
    let at = covered
    for (const [from, until] of spansIn(bytes, secrets, covered)) {
      if (from >= to && from > 0) break
      pieces.push(bytes.subarray(at, Math.max(at, from)))
      // The first span goes on with one that was masked before.
      if (from > 0 || covered === 0) pieces.push(mask)
      at = until
    }
    if (at < to) pieces.push(bytes.subarray(at, to))
    covered = Math.max(0, at - to)
    held = Buffer.from(bytes.subarray(to))
    return Buffer.concat(pieces)
  }
  return {
    push(piece) {
      const bytes = Buffer.concat([held, piece])
      const open = Math.max(...secrets.map((secret) => openEnd(bytes, secret)))
      return take(bytes, bytes.length - open)
    },
    end: () => take(held, held.length),
  }
}

interface Needle {
  readonly bytes: Buffer
  /** For each of its beginnings, how long the longest shorter beginning is that it ends with. */
  readonly fallback: Uint32Array
}

function newNeedle(bytes: Buffer): Needle {
  const fallback = new Uint32Array(bytes.length)
  for (let at = 1, length = 0; at < bytes.length; at += 1) {
    while (length > 0 && bytes[at] !== bytes[length]) length = fallback[length - 1] ?? 0
    if (bytes[at] === bytes[length]) length += 1
    fallback[at] = length
  }
  return { bytes, fallback }
}

/** How many bytes at the end may be the beginning of a secret. */
function openEnd(text: Buffer, { bytes, fallback }: Needle): number {
  let length = 0
  for (let at = Math.max(0, text.length - bytes.length + 1); at < text.length; at += 1) {
    while (length > 0 && text[at] !== bytes[length]) length = fallback[length - 1] ?? 0
    if (text[at] === bytes[length]) length += 1
    if (length === bytes.length) length = fallback[length - 1] ?? 0
  }
  return length
}

type Span = readonly [from: number, until: number]

/** Where secrets stand, those that overlap as one. The first `covered` bytes belong to one. */
function spansIn(text: Buffer, secrets: readonly Needle[], covered: number): readonly Span[] {
  const found: Span[] = covered > 0 ? [[0, covered]] : []
  for (const { bytes } of secrets)
    for (let at = text.indexOf(bytes); at >= 0; at = text.indexOf(bytes, at + 1)) found.push([at, at + bytes.length])
  const spans: [number, number][] = []
  for (const [from, until] of found.sort(([one], [other]) => one - other)) {
    const last = spans.at(-1)
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], until)
    else spans.push([from, until])
  }
  return spans
}
