import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idleHint, usageIn } from './usage.ts'

const sample = (gpuPercent?: number) => ({ machine: 'algo-1', atMs: 0, ...(gpuPercent === undefined ? {} : { gpuPercent }) })

test('what machines used is told in averages and the most, without what was not measured', () => {
  expect(
    usageIn([
      { machine: 'algo-1', atMs: 0, cpuPercent: 50, memoryBytes: 10 },
      { machine: 'algo-1', atMs: 1, cpuPercent: 150, memoryBytes: 30 },
      { machine: 'algo-2', atMs: 1, memoryBytes: 20 },
    ]),
  ).toEqual({ cpuPercent: 100, mostMemoryBytes: 30 })
  expect(usageIn([sample()])).toEqual({})
})

test('GPUs that idle for most of the time are named, and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (percents) => {
      const isIdle = percents.length >= 5 && percents.filter((percent) => percent < 10).length > percents.length / 2
      expect(idleHint(percents.map(sample)) !== undefined).toBe(isIdle)
    }),
  )
  expect(idleHint([0, 0, 0, 0, 90].map(sample))).toMatch(/^the GPUs were used below 10 % for 80 % of the time: /)
  expect(idleHint(Array.from({ length: 50 }, () => sample()))).toBeUndefined()
})
