import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeInRange, sizeOf, valueAt, valuesKey, type Domain, type NumberRange, type Space } from '../space.ts'
import { shuffled } from './grid.ts'
import { Rungs } from './halving.ts'
import { seeded } from './random.ts'
import { nextValues } from './samplers.ts'
import type { Observation, Strategy } from './sampling.ts'

const bounds = fc
  .tuple(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }))
  .map(([min, more]) => ({ min, max: min + more }))
const ranges: fc.Arbitrary<NumberRange> = fc.oneof(
  bounds.map((both) => ({ kind: 'range', scale: 'float', ...both }) as const),
  bounds.map((both) => ({ kind: 'range', scale: 'int', ...both }) as const),
  bounds.map(({ min, max }) => ({ kind: 'range', scale: 'log', min: 2 ** (min / 100), max: 2 ** (max / 100) }) as const),
)
const domains: fc.Arbitrary<Domain> = fc.oneof(
  ranges,
  fc
    .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 5 })
    .map((values) => ({ kind: 'choice', values }) as const),
)
const spaces: fc.Arbitrary<Space> = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), domains, { minKeys: 1, maxKeys: 4 })
const strategies = fc.constantFrom<Strategy>('bayes', 'grid', 'random')

const isIn = (domain: Domain, value: unknown): boolean =>
  domain.kind === 'choice'
    ? domain.values.includes(value as never)
    : typeof value === 'number' &&
      value >= domain.min &&
      value <= domain.max &&
      (domain.scale !== 'int' || Number.isInteger(value))

/** So many trials one after the other, each ended with a loss that depends on its values alone. */
function trialsOf(space: Space, by: Strategy, seed: number, count: number): readonly Observation[] {
  const seen: Observation[] = []
  for (let number = 1; number <= count; number += 1) {
    const values = nextValues({ space, by, seed, trials: count }, number, seen)
    if (values === undefined) break
    const loss = Object.values(values).reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 1), 0)
    seen.push({ values, loss, steps: 1, status: 'completed' })
  }
  return seen
}

test('every value lies in its range, and its place leads back to it', () => {
  fc.assert(
    fc.property(ranges, fc.double({ min: 0, max: 1, noNaN: true }), (domain, place) => {
      const value = valueAt(domain, place)
      expect(isIn(domain, value)).toBe(true)
      const again = valueAt(domain, placeInRange(domain, value))
      expect(Math.abs(again - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value), Math.abs(domain.max)))
    }),
  )
})

test('each value of a small range of whole numbers is as likely as the others', () => {
  const random = seeded(1, 1)
  const counts = new Map<number, number>()
  for (let draws = 0; draws < 3_000; draws += 1) {
    const value = valueAt({ kind: 'range', scale: 'int', min: 1, max: 3 }, random())
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  expect([...counts.keys()].toSorted((one, other) => one - other)).toEqual([1, 2, 3])
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})

test('whatever the space and the strategy, values lie in it, none comes twice, and a small space is used up', () => {
  fc.assert(
    fc.property(spaces, strategies, fc.integer({ min: 0, max: 1_000 }), (space, by, seed) => {
      const seen = trialsOf(space, by, seed, 14)
      for (const { values } of seen) {
        expect(Object.keys(values)).toEqual(Object.keys(space))
        for (const [name, domain] of Object.entries(space)) expect(isIn(domain, values[name])).toBe(true)
      }
      expect(new Set(seen.map(({ values }) => valuesKey(values))).size).toBe(seen.length)
      expect(seen.length).toBeGreaterThanOrEqual(by === 'grid' ? 1 : Math.min(14, sizeOf(space)))
    }),
    { numRuns: 30 },
  )
})

test('the same seed and the same observations choose the same values', () => {
  fc.assert(
    fc.property(spaces, strategies, fc.integer({ min: 0, max: 1_000 }), (space, by, seed) => {
      expect(trialsOf(space, by, seed, 12)).toEqual(trialsOf(space, by, seed, 12))
    }),
    { numRuns: 10 },
  )
})

test('a grid has choices in full, and as many places of ranges as fit', () => {
  const points = shuffled(
    {
      a: { kind: 'choice', values: ['x', 'y'] },
      b: { kind: 'range', scale: 'float', min: 0, max: 1 },
      c: { kind: 'range', scale: 'int', min: 1, max: 2 },
    },
    20,
    3,
  )
  expect(points).toHaveLength(20)
  expect(new Set(points.map(({ b }) => b))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]))
  expect(new Set(points.map(({ c }) => c))).toEqual(new Set([1, 2]))
})

test('the estimator comes nearer to the optimum than drawing does', () => {
  const space: Space = {
    x: { kind: 'range', scale: 'float', min: 0, max: 1 },
    y: { kind: 'range', scale: 'log', min: 1e-4, max: 1 },
  }
  const loss = ({ x, y }: Record<string, unknown>): number => (Number(x) - 0.3) ** 2 + (Math.log10(Number(y)) + 2) ** 2 / 16
  const bestOf = (by: Strategy, seed: number): number => {
    const seen: Observation[] = []
    for (let number = 1; number <= 40; number += 1) {
      const values = nextValues({ space, by, seed, trials: 40 }, number, seen) ?? {}
      seen.push({ values, loss: loss(values), steps: 1, status: 'completed' })
    }
    return Math.min(...seen.map((one) => one.loss ?? 1))
  }
  const seeds = Array.from({ length: 10 }, (_, seed) => seed)
  const mean = (by: Strategy): number => seeds.reduce((sum, seed) => sum + bestOf(by, seed), 0) / seeds.length
  expect(mean('bayes')).toBeLessThan(mean('random') / 2)
})

test('trials that run and trials that failed are not gone back to', () => {
  const space: Space = { x: { kind: 'range', scale: 'float', min: 0, max: 1 } }
  const near = (x: number, status: Observation['status']): Observation => ({ values: { x }, steps: 1, status })
  const seen = [
    ...Array.from({ length: 12 }, (_, index) => ({ ...near(index / 12, 'completed'), loss: Math.abs(index / 12 - 0.5) })),
    ...Array.from({ length: 6 }, (_, index) => near(0.5 + index / 1_000, 'running')),
    ...Array.from({ length: 6 }, (_, index) => near(0.5 - index / 1_000, 'failed')),
  ]
  const chosen = Array.from({ length: 20 }, (_, index) =>
    Number(nextValues({ space, by: 'bayes', seed: index, trials: 99 }, 30, seen)?.['x']),
  )
  expect(chosen.filter((x) => Math.abs(x - 0.5) < 0.02).length).toBeLessThan(10)
})

test('successive halving compares after 1, 3, 9 … values and lets the best third go on', () => {
  const rungs = new Rungs({ after: 1, factor: 3 })
  const verdicts = [5, 4, 6, 3, 4.5, 2].map((loss, index) => rungs.report(index, 1, loss).verdict)
  expect(verdicts).toEqual(['go on', 'go on', 'stop', 'go on', 'stop', 'go on'])
  expect(rungs.report(0, 2, 99)).toEqual({ isCompared: false, verdict: 'go on' })
  expect(rungs.report(0, 3, 5).isCompared).toBe(true)
  expect(rungs.report(1, 3, 6).verdict).toBe('stop')
  expect(rungs.report(0, 9, 5).isCompared).toBe(true)
  expect(rungs.report(0, 10, 5).isCompared).toBe(false)
})
