import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './did-you-mean.ts'
import { taskOptions } from './task-options.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })

test('a distance is nothing to oneself, the same both ways, and never longer than the longer word', () => {
  fc.assert(fc.property(text, (word) => editDistance(word, word) === 0))
  fc.assert(fc.property(text, text, (one, other) => editDistance(one, other) === editDistance(other, one)))
  fc.assert(fc.property(text, text, (one, other) => editDistance(one, other) <= Math.max(one.length, other.length)))
  fc.assert(fc.property(text, text, (one, other) => (editDistance(one, other) === 0) === (one === other)))
})

test('one letter added, removed, changed or swapped is one step', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(editDistance(`${before}${after}`, `${before}z${after}`)).toBe(1)
      expect(editDistance(`${before}y${after}`, `${before}z${after}`)).toBe(1)
      expect(editDistance(`${before}yz${after}`, `${before}zy${after}`)).toBe(1)
    }),
  )
})

test.each([
  ['instancetype', 'instanceType'],
  ['instanceTyp', 'instanceType'],
  ['sport', 'spot'],
  ['maxrun', 'maxRun'],
  ['hyperparameter', 'hyperparameters'],
  ['volumeSizeGB', 'volumeSizeGiB'],
  ['imag', 'image'],
])('%s is taken for %s', (typed, meant) => {
  expect(nearest(typed, Object.keys(taskOptions))).toBe(meant)
})

test.each(['', 'banana', 'x', 'somethingElseAltogether'])('%j is taken for nothing', (typed) => {
  expect(nearest(typed, Object.keys(taskOptions))).toBeUndefined()
})

test('a very long word is answered at once', () => {
  expect(nearest('x'.repeat(100_000), Object.keys(taskOptions))).toBeUndefined()
})
