import { closeSync, openSync, readSync } from 'node:fs'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { entryOffset } from './tail-offset.ts'

/** When the bytes of a log came, read from the file beside it. */
export interface Times {
  /** Reads what was added to the file. */
  refresh(): void
  /** When the byte at an offset came. Offsets are asked for in growing order. */
  at(offset: number): number
  close(): void
}

interface Entry {
  readonly offset: number
  readonly atMs: number
}

const chunk = Buffer.allocUnsafe(64 * 1024)

/** Opens the times of a log, to be asked for offsets from `fromOffset` on. Before its first entry everything came at `firstMs`. */
export function openTimes(path: string, firstMs: number, fromOffset = 0): Times {
  let file: number | undefined
  let position = 0
  let rest = ''
  // Those not yet passed; the ones before were dropped.
  let ahead: Entry[] = []
  let passed = 0
  let currentMs = firstMs
  return {
    refresh() {
      if (file === undefined) {
        file = openIfThere(path)
        if (file === undefined) return
        if (fromOffset > 0) position = entryOffset(file, fromOffset)
      }
      ahead = ahead.slice(passed)
      passed = 0
      const read = (from: number): number => (file === undefined ? 0 : readSync(file, chunk, 0, chunk.length, from))
      for (let bytes = read(position); bytes > 0; bytes = read(position)) {
        position += bytes
        const lines = (rest + chunk.toString('latin1', 0, bytes)).split('\n')
        rest = lines.pop() ?? ''
        ahead.push(...lines.map(entryOf))
      }
    },
    at(offset) {
      for (let next = ahead[passed]; next !== undefined && next.offset <= offset; next = ahead[passed]) {
        currentMs = next.atMs
        passed += 1
      }
      return currentMs
    },
    close() {
      if (file !== undefined) closeSync(file)
    },
  }
}

function entryOf(line: string): Entry {
  const [offset = 0, atMs = 0] = line.split(' ').map(Number)
  return { offset, atMs }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}
