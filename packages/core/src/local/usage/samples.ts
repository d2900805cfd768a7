import { appendFileSync } from 'node:fs'
import { mostListBytes, readText } from '../../files/read.ts'
import type { UsageSample } from '../../platform/jobs.ts'

/** A report needs no more of one job. */
const mostSamples = 20_000

/** Adds samples to what is known of a job's machines. */
export function appendUsage(path: string, samples: readonly UsageSample[]): void {
  appendFileSync(path, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''), { mode: 0o600 })
}

/** What the machines of a job used so far; of very many samples every second, third … one. */
export async function readUsage(path: string, signal?: AbortSignal): Promise<readonly UsageSample[]> {
  signal?.throwIfAborted()
  const lines = ((await readText(path, mostListBytes)) ?? '').split('\n').filter((line) => line !== '')
  const every = Math.ceil(lines.length / mostSamples)
  return lines.flatMap((line, at) => (at % every === 0 ? sampleIn(line) : []))
}

/** A line that was cut off by a crash, or that somebody else wrote, is passed over. */
function sampleIn(line: string): readonly UsageSample[] {
  try {
    const value: unknown = JSON.parse(line)
    return isSample(value) ? [value] : []
  } catch {
    return []
  }
}

function isSample(value: unknown): value is UsageSample {
  if (typeof value !== 'object' || value === null) return false
  const { machine, atMs, ...measured } = value as Readonly<Record<string, unknown>>
  return typeof machine === 'string' && typeof atMs === 'number' && Object.values(measured).every(Number.isFinite)
}
