import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '../choose/random.ts'
import type { Trial } from '../found.ts'
import type { Space } from '../space.ts'
import { importanceOf } from './importance.ts'

const space: Space = {
  lr: { kind: 'range', scale: 'log', min: 1e-5, max: 1 },
  size: { kind: 'range', scale: 'int', min: 1, max: 64 },
  optimizer: { kind: 'choice', values: ['adam', 'sgd', 'rprop'] },
}
const goal = { metric: 'loss', direction: 'minimize' } as const

type Tried = Pick<Trial, 'status' | 'hyperparameters' | 'value' | 'course'>

function trials(count: number, seed: number, loss: (values: { lr: number; size: number; optimizer: string }) => number): Tried[] {
  const random = seeded(seed, 1)
  return Array.from({ length: count }, () => {
    const optimizer = ['adam', 'sgd', 'rprop'][Math.floor(3 * random())] ?? ''
    const values = { lr: 10 ** (-5 * random()), size: 1 + Math.floor(64 * random()), optimizer }
    return { status: 'completed', hyperparameters: values, value: loss(values), course: [] }
  })
}

const shares = (given: readonly Tried[], by: typeof goal | { metric: string; direction: 'maximize' } = goal) => {
  const importance = importanceOf(space, by, given)
  if (importance.kind === 'unknown') throw new Error(importance.because)
  return Object.fromEntries(importance.parameters.map(({ name, share }) => [name, share]))
}

test('the hyperparameter that decides has the greatest share, and those that do nothing have little', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const found = shares(trials(60, seed, ({ lr }) => Math.abs(Math.log10(lr) + 2)))
    expect(found['lr']).toBeGreaterThan(0.6)
    expect(found['size']).toBeLessThan(0.3)
    expect(found['optimizer']).toBeLessThan(0.3)
    const chosen = shares(trials(60, seed, ({ optimizer, size }) => (optimizer === 'adam' ? 0 : 1e9) + size))
    expect(chosen['optimizer']).toBeGreaterThan(0.5)
  }
})

test('on the average, chance gives a share near nothing', () => {
  const all = Array.from({ length: 60 }, (_, seed) => {
    const random = seeded(seed, 7)
    return shares(trials(40, seed, () => random()))
  })
  for (const name of Object.keys(space)) {
    expect(all.reduce((sum, each) => sum + (each[name] ?? 0), 0) / all.length).toBeLessThan(0.08)
  }
})

test('shares lie between 0 and 1, and do not change with the scale or the direction of the metric', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 80 }), fc.nat(1_000), (count, seed) => {
      const given = trials(count, seed, ({ lr, size }) => lr * size)
      const found = shares(given)
      for (const share of Object.values(found)) expect(share === undefined || (share >= 0 && share <= 1)).toBe(true)
      expect(shares(given.map((trial) => ({ ...trial, value: Math.log(trial.value ?? 1) })))).toEqual(found)
      const turned = given.map((trial) => ({ ...trial, value: -(trial.value ?? 0) }))
      for (const [name, share] of Object.entries(shares(turned, { metric: 'gain', direction: 'maximize' })))
        expect(share).toBeCloseTo(found[name] ?? 0, 9)
    }),
  )
})

test('a trial that was stopped early ranks behind those that completed, whatever its last value', () => {
  const given = trials(40, 3, ({ optimizer }) => (optimizer === 'adam' ? 5 : 9)).map((trial): Tried => {
    const isEarly = trial.hyperparameters['optimizer'] !== 'adam'
    return isEarly ? { ...trial, status: 'stopped-early', value: 1, course: [{ step: 3, value: 1, atMs: 0 }] } : trial
  })
  expect(shares(given)['optimizer']).toBeGreaterThan(0.9)
})

test('too few results, no metric and a value that is always the same are said', () => {
  expect(
    importanceOf(
      space,
      goal,
      trials(9, 0, () => 1),
    ),
  ).toEqual({
    kind: 'unknown',
    because: 'it takes at least 10 trials with a result, and 9 have one',
  })
  expect(
    importanceOf(
      space,
      undefined,
      trials(20, 0, () => 1),
    ).kind,
  ).toBe('unknown')
  const same = trials(20, 0, ({ lr }) => lr).map((trial) => ({
    ...trial,
    hyperparameters: { ...trial.hyperparameters, size: 4 },
  }))
  expect(shares(same)['size']).toBeUndefined()
})

test('with fewer trials that have a result nothing is told, and how many there are', () => {
  const ten = trials(10, 1, ({ lr }) => lr)
  for (const [count, have] of [
    [0, 'none has one'],
    [1, '1 has one'],
    [9, '9 have one'],
  ] as const)
    expect(importanceOf(space, goal, ten.slice(0, count))).toEqual({
      kind: 'unknown',
      because: `it takes at least 10 trials with a result, and ${have}`,
    })
  expect(importanceOf(space, goal, [...ten.slice(1), { ...(ten[0] as Tried), status: 'failed' }])).toMatchObject({
    kind: 'unknown',
  })
  expect(importanceOf(space, undefined, ten)).toMatchObject({ kind: 'unknown' })
})

test('of trials that were stopped early whoever came further did better, and trials with equal results tell nothing', () => {
  const stopped = trials(20, 1, () => 1).map((trial, at): Tried => {
    const step = at % 2 === 0 ? 1 : 9
    const hyperparameters = { ...trial.hyperparameters, optimizer: at % 2 === 0 ? 'adam' : 'sgd' }
    return { ...trial, status: 'stopped-early', hyperparameters, course: [{ step, value: 1, atMs: 0 }] }
  })
  expect(shares(stopped)['optimizer']).toBeGreaterThan(0.9)
  expect(shares(stopped.map((trial) => ({ ...trial, course: [] })))).toEqual(shares(trials(20, 2, () => 1)))
})
