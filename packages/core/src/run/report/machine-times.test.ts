import fc from 'fast-check'
import { expect, test } from 'vitest'
import { machineTimes, signs } from './machine-times.ts'

const phases = [
  { name: 'Starting', startedAtMs: 0, endedAtMs: 10 },
  { name: 'Training', startedAtMs: 10, endedAtMs: 20 },
  { name: 'Interrupted', startedAtMs: 20, endedAtMs: 30 },
  { name: 'Training', startedAtMs: 30 },
]

test('a machine works in each phase of the program from its first to its last sign, and one without a sign does not', () => {
  const lines = new Map([
    [1, [[5, 12] as const, [18, 25] as const, [40, 41] as const]],
    [2, [[31, 33] as const]],
  ])
  const sample = { machine: 'algo-2', atMs: 50, cpuPercent: 3 }
  expect(machineTimes(3, phases, lines, [sample])).toEqual([
    {
      machine: 'algo-1',
      atWork: [
        { startedAtMs: 10, endedAtMs: 20 },
        { startedAtMs: 40, endedAtMs: 41 },
      ],
    },
    { machine: 'algo-2', atWork: [{ startedAtMs: 31, endedAtMs: 50 }] },
    { machine: 'algo-3', atWork: [] },
  ])
  expect(machineTimes(1, phases, lines, [sample])).toEqual([])
})

test('the signs of a log of any length are few, and hold its first and last time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e9 }), { minLength: 1, maxLength: 3_000, size: 'max' }), (times) => {
      const sorted = times.toSorted((one, other) => one - other)
      const found = signs()
      for (const atMs of sorted) found.add(atMs)
      const stretches = found.stretches()
      expect(stretches.length).toBeLessThanOrEqual(256)
      expect(stretches[0]?.[0]).toBe(sorted[0])
      expect(stretches.at(-1)?.[1]).toBe(sorted.at(-1))
      for (const atMs of sorted.slice(0, 20)) expect(stretches.some(([first, last]) => first <= atMs && atMs <= last)).toBe(true)
    }),
    { numRuns: 30 },
  )
})
