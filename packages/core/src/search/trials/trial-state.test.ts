import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trialEndIn } from './trial-state.ts'

const whole = {
  status: 'completed',
  steps: 1,
  course: [{ step: 1, value: 0.5, atMs: 7 }],
  compared: [[1, 0.5]],
  value: 0.5,
  job: 't-1',
  kind: 'training',
  seconds: 1,
}

test('the note of a trial is taken as it was written, also with values that were no numbers', () => {
  expect(trialEndIn(whole)).toBe(whole)
  const infinite = { ...whole, value: null, course: [{ step: 1, value: null, atMs: 7 }], compared: [[1, null]] }
  expect(trialEndIn(infinite)).toBe(infinite)
})

test('a note that anybody wrote who may write to the bucket is none, and fails nothing', () => {
  expect(trialEndIn({ status: 'completed' })).toBeUndefined()
  const fields = Object.keys(whole).filter((name) => name !== 'seconds')
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.constantFrom<unknown>({}, [null], ['x'], '../x', true), (field, value) => {
      const isText = (field === 'kind' || field === 'message') && typeof value === 'string'
      expect(trialEndIn({ ...whole, [field]: value }) === undefined).toBe(!isText)
    }),
  )
})
