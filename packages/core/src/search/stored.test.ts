import { expect, test } from 'vitest'
import type { StoredSearch } from './found.ts'
import { bestOf } from './stored.ts'

const trial = (number: number, status: string, value?: number): StoredSearch['trials'][number] =>
  ({ number, status, ...(value === undefined ? {} : { value }) }) as unknown as StoredSearch['trials'][number]
const trials = [
  trial(1, 'failed', 0),
  trial(2, 'completed', 3),
  trial(3, 'completed', 1),
  trial(4, 'completed', 5),
  trial(5, 'completed'),
]

test('the best trial is a completed one with the least or the greatest value', () => {
  expect(bestOf(trials, { metric: 'm', direction: 'minimize' })?.number).toBe(3)
  expect(bestOf(trials, { metric: 'm', direction: 'maximize' })?.number).toBe(4)
  expect(bestOf([trial(1, 'failed', 0), trial(2, 'completed')], { metric: 'm', direction: 'minimize' })).toBeUndefined()
})
