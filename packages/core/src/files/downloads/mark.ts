import { randomInt } from 'node:crypto'
import { lstatSync, utimesSync, writeFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { readTextNow } from '../read.ts'
import { fsCodeOf } from '../fs-errors.ts'
import { syncPath } from './durable.ts'
import { eachEntry, inTurns, type RawPath } from './entries.ts'

/** The file in a downloaded folder that says which of the files in it a download wrote. */
export const markName = '.ssm-download.json'

/**
 * What a download set on everything it wrote: a time of last modification that nothing else has, since it lies in the past
 * and is random. Whoever writes to a file afterwards changes it.
 */
export interface Stamp {
  readonly modifiedAtMs: number
  /** By the file system's clock; anything about a file that changed later was changed by someone else. */
  readonly sealedAtMs?: number
}

/** One stamp for what is whole; another one is added while a newer download is being merged in. */
export interface Mark {
  readonly stamps: readonly Stamp[]
  /** Whose download it was: `project/task`; absent in marks of older versions. */
  readonly of?: string
}

const mostMarkBytes = 64 * 1024

/**
 * The mark of a folder; `undefined` when there is none, `'not a mark'` when something else has its name.
 * @throws the file system's errors
 */
export function readMark(folder: string): Mark | 'not a mark' | undefined {
  const path = join(folder, markName)
  try {
    const stats = lstatSync(path)
    if (!stats.isFile() || stats.size > mostMarkBytes) return 'not a mark'
    const mark = parsedMark(readTextNow(path, mostMarkBytes))
    // A mark is written after the time that it seals: one that seals the future was not written here.
    return mark?.stamps.every(({ sealedAtMs = 0 }) => sealedAtMs <= stats.ctimeMs) === true ? mark : 'not a mark'
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

/** Writes a mark to a path, and waits until it is on the disk: without it the next download would take our files for somebody's. */
export async function writeMark(path: string, { stamps, of }: Mark): Promise<void> {
  const note = 'The files here with these times were written by a download, and the next one replaces them. Others are kept.'
  writeFileSync(path, `${JSON.stringify({ v: 1, note, of, stamps }, undefined, 1)}\n`)
  await syncPath(path, false)
}

/** The file system's own time, by a file that was just written. */
export function fileSystemTimeMs(path: string): number {
  writeFileSync(path, '')
  return lstatSync(path).ctimeMs
}

/** Whether a download with this mark wrote what is at a path, and nobody has touched it since. */
export function isStamped(stats: Stats, stamps: readonly Stamp[]): boolean {
  return stamps.some(
    ({ modifiedAtMs, sealedAtMs = Infinity }) =>
      stats.mtimeMs === modifiedAtMs && (stats.isDirectory() || (stats.isFile() && stats.ctimeMs <= sealedAtMs)),
  )
}

/**
 * Whether somebody changed a folder since the last download ended: moved or renamed it, or added or removed something in it.
 * What a download wrote into it may be kept on purpose, then.
 */
export const isTouched = (stats: Stats, stamps: readonly Stamp[]): boolean =>
  stamps.every(({ sealedAtMs = Infinity }) => stats.ctimeMs > sealedAtMs)

/** A stamp that nothing has yet. */
export interface FreshStamp {
  /** Sets it on a file or folder. What does not take a time is later nobody's, and so kept. */
  readonly apply: (path: RawPath | string) => void
  /** As this file system keeps it, which may be less exact. */
  readonly stamp: Stamp
}

/** Sets a new stamp on a folder and everything below it. */
export async function stampAll(folder: string): Promise<FreshStamp> {
  const seconds = Math.floor(Date.now() / 1000) - 4 - randomInt(3_600) + randomInt(1_000_000) / 1e6
  const apply = (path: RawPath | string): void => {
    try {
      utimesSync(path, seconds, seconds)
    } catch (cause) {
      if (fsCodeOf(cause) === 'ENOENT') throw cause
    }
  }
  for await (const { path } of inTurns(eachEntry(folder, 'contents first'))) apply(path)
  apply(folder)
  return { apply, stamp: { modifiedAtMs: lstatSync(folder).mtimeMs } }
}

function parsedMark(text: string): Mark | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return undefined
    if (!('stamps' in value) || !Array.isArray(value.stamps)) return undefined
    const stamps: readonly unknown[] = value.stamps
    const of = 'of' in value && typeof value.of === 'string' ? { of: value.of } : {}
    return stamps.every(isStamp) ? { stamps, ...of } : undefined
  } catch {
    return undefined
  }
}

function isStamp(value: unknown): value is Stamp {
  if (typeof value !== 'object' || value === null || !('modifiedAtMs' in value)) return false
  const sealed = 'sealedAtMs' in value ? value.sealedAtMs : 0
  return typeof value.modifiedAtMs === 'number' && typeof sealed === 'number'
}
