import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keptEnds, keyOf, openEndedCalls } from './kept-ends.ts'
import { oneCall } from './one-call.ts'
import { keptFile } from './protocol.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ssm-kept-ends-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const error = { name: 'Error', message: 'no', stack: '' }

test('ends of every machine are kept, those that threw are not', () => {
  const one = openEndedCalls(join(state, 'algo-1'))
  one.add({ call: 0, of: 'a', value: [1] })
  one.add({ call: 2, of: 'c', error })
  one.close()
  const other = openEndedCalls(join(state, 'algo-2'))
  other.add({ call: 1, of: 'b' })
  other.close()
  expect([...keptEnds(state).keys()]).toEqual([keyOf({ call: 0, of: 'a' }), keyOf({ call: 1, of: 'b' })])
})

test('a machine that was lost while it wrote loses that line alone', () => {
  const first = openEndedCalls(join(state, 'algo-1'))
  first.add({ call: 0, of: 'a', value: 1 })
  first.close()
  appendFileSync(join(state, 'algo-1', keptFile), '{"call":1,"of":"b","val')
  const second = openEndedCalls(join(state, 'algo-1'))
  second.add({ call: 2, of: 'c', value: 3 })
  second.close()
  expect([...keptEnds(state).values()].map(({ call }) => call)).toEqual([0, 2])
})

test('without a state nothing is kept', () => {
  expect(keptEnds(join(state, 'none')).size).toBe(0)
})

test('a call ends with what the function gives, with nothing, or with what it throws', async () => {
  expect(await oneCall((a) => Promise.resolve(a), [[1]])).toEqual({ value: [1] })
  expect(await oneCall(() => undefined, [])).toEqual({})
  expect(await oneCall(() => new Date(), [])).toMatchObject({
    error: { name: 'TypeError', message: expect.stringMatching(/the function gives is a Date/) as unknown },
  })
  expect(await oneCall(() => Promise.reject(new RangeError('far', { cause: new Error('why') })), [])).toMatchObject({
    error: {
      name: 'RangeError',
      message: 'far',
      stack: expect.stringMatching(/RangeError: far[\s\S]*caused by: Error: why/) as unknown,
    },
  })
  expect(await oneCall(() => Promise.reject({ code: 3 }), [])).toMatchObject({
    error: { message: '{ code: 3 } was thrown' },
  })
})
