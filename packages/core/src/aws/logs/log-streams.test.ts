import { expect, test } from 'vitest'
import { machineOf } from './stream.ts'

test.each([
  ['job/algo-1-1700000000', 'algo-1'],
  ['a-b-1/algo-12-5', 'algo-12'],
  ['job/other', 'other'],
])('the stream %s is of the machine %s', (stream, machine) => {
  expect(machineOf(stream)).toBe(machine)
})
