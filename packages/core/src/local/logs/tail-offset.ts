import { fstatSync, readSync } from 'node:fs'

const chunkBytes = 256 * 1024
const lineEnd = 0x0a

/** Where the last `count` complete lines of an open file begin, or more of them; found by reading from its end backwards. */
export function tailOffset(file: number, count: number): number {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let missing = count + 1
  for (let end = fstatSync(file).size; end > 0;) {
    const from = Math.max(0, end - chunkBytes)
    const bytes = buffer.subarray(0, readSync(file, buffer, 0, end - from, from))
    for (let at = bytes.lastIndexOf(lineEnd); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(lineEnd, at - 1)) {
      missing -= 1
      if (missing === 0) return from + at + 1
    }
    end = from
  }
  return 0
}

/**
 * The offset, in a file of lines `<offset> <epoch in ms>` with growing offsets, of the last line whose own offset is not beyond
 * `target`; 0 when there is none. Found by halving: such a file can be as long as its log.
 */
export function entryOffset(file: number, target: number): number {
  let [low, high] = [0, fstatSync(file).size]
  while (low < high) {
    const middle = lineStart(file, Math.floor((low + high) / 2), low)
    const { offset, next } = entryAt(file, middle)
    if (offset > target) high = middle
    else if (next >= high || entryAt(file, next).offset > target) return middle
    else low = next
  }
  return low
}

const longestEntryBytes = 64

/** Where the line that contains this place begins, not before `least`. */
function lineStart(file: number, place: number, least: number): number {
  const from = Math.max(least, place - longestEntryBytes)
  const bytes = Buffer.alloc(place - from)
  readSync(file, bytes, 0, bytes.length, from)
  const found = bytes.lastIndexOf(lineEnd)
  return found === -1 ? from : from + found + 1
}

function entryAt(file: number, from: number): { readonly offset: number; readonly next: number } {
  const bytes = Buffer.alloc(longestEntryBytes)
  const text = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, from))
  const end = text.indexOf('\n')
  // An entry that is being written is beyond every place.
  return end === -1 ? { offset: Infinity, next: Infinity } : { offset: Number.parseInt(text, 10), next: from + end + 1 }
}
