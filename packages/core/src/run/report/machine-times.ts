import type { JobPhase, UsageSample } from '../../platform/jobs.ts'
import type { ReportedMachine } from './report-document.ts'

/** A stretch of time with signs of work in it: its first and its last one, in milliseconds since 1970. */
export type Stretch = readonly [firstMs: number, lastMs: number]

/** The times of a machine's lines, in memory that does not grow with their number. */
export interface Signs {
  add(atMs: number): void
  stretches(): readonly Stretch[]
}

/** The number in the name of a machine, from 1. */
export const machineNumber = (machine: string): number => Number(/(\d+)$/.exec(machine)?.[1] ?? 1)

const mostStretches = 256
const firstPauseMs = 250

/** Times one after another become a stretch; what is further apart than a pause begins another one. With too many, the pause doubles. */
export function signs(): Signs {
  let stretches: [number, number][] = []
  let pauseMs = firstPauseMs
  const joined = (all: readonly Stretch[]): [number, number][] => {
    const kept: [number, number][] = []
    for (const [first, last] of all) {
      const before = kept.at(-1)
      if (before !== undefined && first - before[1] <= pauseMs) before[1] = Math.max(before[1], last)
      else kept.push([first, last])
    }
    return kept
  }
  return {
    add(atMs) {
      const last = stretches.at(-1)
      // Lines may come out of their order by a little.
      if (last !== undefined && atMs - last[1] <= pauseMs) {
        last[0] = Math.min(last[0], atMs)
        last[1] = Math.max(last[1], atMs)
      } else stretches.push([atMs, atMs])
      while (stretches.length > mostStretches) {
        pauseMs *= 2
        stretches = joined(stretches)
      }
    },
    stretches: () => stretches.map(([first, last]) => [first, last]),
  }
}

/**
 * When each of several machines showed signs of work: in each phase in which a program runs, from its first to its last line or sample.
 * SageMaker tells phases of a job, not of a machine. Pure.
 */
export function machineTimes(
  machines: number,
  phases: readonly JobPhase[],
  lines: ReadonlyMap<number, readonly Stretch[]>,
  usage: readonly UsageSample[],
): readonly ReportedMachine[] {
  if (machines < 2) return []
  const working = phases.filter(({ name }) => /^(Training|Processing)$/.test(name))
  return Array.from({ length: machines }, (_, at) => {
    const machine = `algo-${at + 1}`
    const sampled = usage.filter((sample) => sample.machine === machine).map(({ atMs }): Stretch => [atMs, atMs])
    const all = [...(lines.get(at + 1) ?? []), ...sampled]
    return { machine, atWork: working.flatMap((phase) => within(phase, all)) }
  })
}

function within({ startedAtMs, endedAtMs = Infinity }: JobPhase, all: readonly Stretch[]): ReportedMachine['atWork'] {
  const own = all.filter(([first, last]) => first <= endedAtMs && last >= startedAtMs)
  if (own.length === 0) return []
  const first = Math.min(...own.map(([each]) => each))
  const last = Math.max(...own.map(([, each]) => each))
  return [{ startedAtMs: Math.max(startedAtMs, first), endedAtMs: Math.min(endedAtMs, last) }]
}
