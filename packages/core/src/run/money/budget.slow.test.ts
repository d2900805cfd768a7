import { expect, test } from 'vitest'
import { playSchedule } from '../../../../../test/support/budget-schedule.ts'

test('the budget holds in 10 000 schedules, and nothing stays reserved', { timeout: 500_000 }, async () => {
  const wrong: string[] = []
  for (let seed = 1; seed <= 10_000; seed++)
    for (const problem of (await playSchedule(seed)).problems) wrong.push(`seed ${seed}: ${problem}`)
  expect(wrong).toEqual([])
})
