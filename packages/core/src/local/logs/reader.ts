import { closeSync, openSync, readSync } from 'node:fs'
import type { LogLine } from '../../platform/logs.ts'
import { longestLineBytes, timesPath, type LogStream } from './format.ts'
import { tailOffset } from './tail-offset.ts'
import { openTimes } from './times.ts'

/** Reads one log from where the last reading ended. */
export interface StreamReader {
  readonly stream: LogStream
  /** Whether it reads from the log's first byte on. */
  readonly isWhole: boolean
  /** The lines that were completed since the last call, at most a batch of them; none when there is nothing new. */
  next(): readonly LogLine[]
  /** A last line without a line end, if there is one. */
  rest(): readonly LogLine[]
  close(): void
}

// A batch is read and cut into lines without a pause.
const batchBytes = 256 * 1024
const lineEnd = 0x0a
const carriageReturn = 0x0d

/**
 * Opens a log for reading; memory stays flat however long it is. With `tailLines` it begins at the last so many complete lines,
 * and what is before them is not read.
 */
export function openLog(stream: LogStream, tailLines?: number): StreamReader {
  const file = openSync(stream.path, 'r')
  const start = tailLines === undefined ? 0 : tailOffset(file, tailLines)
  const times = openTimes(timesPath(stream.path), stream.startedAtMs, start)
  const buffer = Buffer.allocUnsafe(batchBytes + longestLineBytes)
  // The buffer begins at this offset of the file, and so many of its bytes are of a line that is not complete yet.
  let offset = start
  let held = 0
  const lineOf = ({ from, to }: Span): LogLine => {
    const end = to > from && buffer[to - 1] === carriageReturn ? to - 1 : to
    return { machine: stream.machine, text: buffer.toString('utf8', from, end), atMs: times.at(offset + from) }
  }
  const drop = (bytes: number, filled: number): void => {
    buffer.copyWithin(0, bytes, filled)
    offset += bytes
    held = filled - bytes
  }
  return {
    stream,
    isWhole: start === 0,
    next() {
      const filled = held + readSync(file, buffer, held, batchBytes, offset + held)
      if (filled === held) return []
      times.refresh()
      const { spans, used } = spansIn(buffer.subarray(0, filled))
      const lines = spans.map(lineOf)
      drop(used, filled)
      return lines
    },
    rest() {
      const lines = held === 0 ? [] : [lineOf({ from: 0, to: held })]
      drop(held, held)
      return lines
    },
    close() {
      closeSync(file)
      times.close()
    },
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Where the complete lines are, too long ones in pieces, and how many bytes they and their ends take. */
export function spansIn(
  bytes: Uint8Array,
  longest = longestLineBytes,
): { readonly spans: readonly Span[]; readonly used: number } {
  const spans: Span[] = []
  let from = 0
  for (;;) {
    const found = bytes.indexOf(lineEnd, from)
    const to = found === -1 ? bytes.length : found
    while (to - from > longest) {
      const cut = wholeCharacters(bytes, from, from + longest)
      spans.push({ from, to: cut })
      from = cut
    }
    if (found === -1) return { spans, used: from }
    spans.push({ from, to })
    from = found + 1
  }
}

/** The end of a piece that does not split a character of UTF-8. */
function wholeCharacters(bytes: Uint8Array, from: number, to: number): number {
  for (let end = to; end > to - 4 && end > from; end -= 1) {
    if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end
  }
  return to
}
