import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keptFile, type CallEnd } from './protocol.ts'

/**
 * The calls that have ended on any machine of this job or of an interrupted one before it; those that threw are left out, as they are tried
 * again. A line that was being written when a machine was lost counts as not there.
 */
export function keptEnds(stateDir: string): ReadonlyMap<string, CallEnd> {
  const kept = new Map<string, CallEnd>()
  for (const host of foldersIn(stateDir)) {
    for (const line of textOf(join(stateDir, host, keptFile)).split('\n')) {
      const end = endIn(line)
      if (end !== undefined && end.error === undefined) kept.set(keyOf(end), end)
    }
  }
  return kept
}

/** What tells one call of one job from all others. */
export const keyOf = ({ call, of }: Pick<CallEnd, 'call' | 'of'>): string => `${call} ${of}`

/** The list of ended calls of this machine: each line is there as a whole once `add` has returned. */
export interface EndedCalls {
  add(end: CallEnd): void
  close(): void
}

/** Opens the list of this machine, below whatever an interrupted machine of the same name wrote. */
export function openEndedCalls(instanceStateDir: string): EndedCalls {
  const path = join(instanceStateDir, keptFile)
  mkdirSync(dirname(path), { recursive: true })
  const before = textOf(path)
  const file = openSync(path, 'a')
  if (before !== '' && !before.endsWith('\n')) writeSync(file, '\n')
  return { add: (end) => void writeSync(file, `${JSON.stringify(end)}\n`), close: () => closeSync(file) }
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    // A first run has no state.
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw cause
  }
}

function endIn(line: string): CallEnd | undefined {
  try {
    const value: unknown = JSON.parse(line)
    // Only `add` writes these lines.
    return typeof value === 'object' && value !== null && 'call' in value && 'of' in value ? (value as CallEnd) : undefined
  } catch {
    return undefined
  }
}
