import { expect, test } from 'vitest'
import { playSchedule } from '../../../../../test/support/budget-schedule.ts'

// Other ones, now and then: SSM_BUDGET_SCHEDULES=100000
const schedules = Number(process.env['SSM_BUDGET_SCHEDULES'] ?? 10_000)

test(`the budget holds in ${schedules} schedules, and nothing stays reserved`, { timeout: 500_000 }, async () => {
  const wrong: string[] = []
  for (let seed = 1; seed <= schedules; seed++)
    for (const problem of (await playSchedule(seed)).problems) wrong.push(`seed ${seed}: ${problem}`)
  expect(wrong).toEqual([])
})
