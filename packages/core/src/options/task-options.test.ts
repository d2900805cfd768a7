import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addingOptions, mergeOptions, type TrainingOptions } from './task-options.ts'

const word = fc.stringMatching(/^[a-z]{1,4}$/)
const pairs = fc.dictionary(word, word, { noNullPrototype: true, maxKeys: 3 })
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined })

/** Patches as people say them: some words, some of them said as nothing. */
const patch: fc.Arbitrary<TrainingOptions> = fc
  .record(
    {
      instanceType: maybe(word),
      instanceCount: maybe(fc.nat(9)),
      spot: maybe(fc.boolean()),
      args: maybe(fc.array(word, { maxLength: 2 })),
      hyperparameters: maybe(pairs),
      env: maybe(pairs),
      tags: maybe(pairs),
      metrics: maybe(pairs),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((options) => options as TrainingOptions)

test('patches said one after the other are one patch, however they are put together', () => {
  fc.assert(
    fc.property(patch, patch, patch, (a, b, c) => {
      expect(mergeOptions(mergeOptions(a, b), c)).toEqual(mergeOptions(a, mergeOptions(b, c)))
    }),
  )
})

test('a word said later wins, one said as nothing changes nothing', () => {
  fc.assert(
    fc.property(patch, patch, (earlier, later) => {
      const both = mergeOptions(earlier, later)
      for (const name of ['instanceType', 'instanceCount', 'spot', 'args'] as const)
        expect(both[name]).toEqual(later[name] ?? earlier[name])
      expect(mergeOptions(earlier, {})).toEqual(earlier)
      expect(mergeOptions(earlier, earlier)).toEqual(earlier)
    }),
  )
})

test('names with values grow together, in the order they were said', () => {
  fc.assert(
    fc.property(patch, patch, (earlier, later) => {
      const both = mergeOptions(earlier, later)
      for (const name of addingOptions) {
        const grown = { ...(earlier[name] as object | undefined), ...(later[name] as object | undefined) }
        expect(both[name] ?? {}).toEqual(grown)
        expect(Object.keys(both[name] ?? {})).toEqual(Object.keys(grown))
      }
    }),
  )
})

test('what is merged is left as it was', () => {
  const earlier: TrainingOptions = Object.freeze({ env: Object.freeze({ A: '1' }), tags: Object.freeze({ a: 'b' }) })
  expect(mergeOptions(earlier, { env: { B: '2' } })).toEqual({ env: { A: '1', B: '2' }, tags: { a: 'b' } })
  expect(earlier).toEqual({ env: { A: '1' }, tags: { a: 'b' } })
})

test('a later choice of image takes the place of an earlier one, however it was said', () => {
  const image = { image: 'mine:1' }
  const framework = { framework: 'pytorch', frameworkVersion: '2.6', pythonVersion: 'py312' } as const
  expect(mergeOptions(framework, image)).toEqual(image)
  expect(mergeOptions(image, framework)).toEqual(framework)
  expect(mergeOptions(image, { dockerfile: 'RUN a' })).toEqual({ dockerfile: 'RUN a' })
  expect(mergeOptions({ dockerfile: 'RUN a' }, image)).toEqual(image)
})

test('a name such as __proto__ is a name like any other', () => {
  const merged = mergeOptions(
    { hyperparameters: { a: 1 } },
    { hyperparameters: JSON.parse('{"__proto__": 2}') as Record<string, number> },
  )
  expect(Object.entries(merged.hyperparameters ?? {})).toEqual([
    ['a', 1],
    ['__proto__', 2],
  ])
})
