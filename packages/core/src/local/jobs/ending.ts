import { lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { readTextNow } from '../../files/read.ts'
import type { JobPhase } from '../../platform/jobs.ts'

/** How a job ended. */
export interface Ending {
  readonly status: 'completed' | 'failed' | 'stopped'
  readonly phase: string
  readonly reason?: string
  /** The results could not be stored: they are still in the machines' trees. */
  readonly unstored?: boolean
}

/** The phases with an end for the last one. */
export function endedPhases(phases: readonly JobPhase[], nowMs: number): readonly JobPhase[] {
  return phases.map((phase) => (phase.endedAtMs === undefined ? { ...phase, endedAtMs: nowMs } : phase))
}

/** How the programs of a job ended by what their launchers left, and when; `undefined` when one of them did not end by itself. */
export interface EndLeft {
  readonly ending: Ending
  readonly atMs: number
}

/**
 * Reads what the launchers left of their ends, when no supervisor was there to see them.
 * @param roots the trees of all machines
 */
export function endLeftIn(roots: readonly string[]): EndLeft | undefined {
  const ends = roots.flatMap((root) => codeLeftIn(root) ?? []).sort((one, other) => one.atMs - other.atMs)
  const atMs = ends.at(-1)?.atMs ?? 0
  const failed = ends.find(({ code }) => code !== 0)
  // What the program wrote about its failure may hold a secret, which only its supervisor could have masked.
  const reason = `AlgorithmError: exit code: ${failed?.code} on ${failed?.host}. The supervisor of this local job was killed at that time.`
  if (failed !== undefined) return { ending: { status: 'failed', phase: 'Failed', reason }, atMs }
  return ends.length === roots.length ? { ending: { status: 'completed', phase: 'Completed' }, atMs } : undefined
}

const wholeCode = /^\d{1,3}\n$/

/** The code that the launcher of one machine left, and when; `undefined` when there is none. */
export function codeLeftIn(root: string): { readonly host: string; readonly code: number; readonly atMs: number } | undefined {
  try {
    const path = join(root, paths.ended)
    const stats = lstatSync(path)
    const text = stats.isFile() && stats.size <= 4 ? readTextNow(path, 4) : ''
    return wholeCode.test(text) ? { host: basename(root), code: Number(text), atMs: stats.mtimeMs } : undefined
  } catch {
    return undefined
  }
}
