import { expect, test } from 'vitest'
import { playSchedule } from '../../../../../test/support/budget-schedule.ts'

test('two clients, kills, lost answers and slow computers: the budget holds at every step, and nothing stays reserved', async () => {
  const total = { jobs: 0, refused: 0, killed: 0, lost: 0 }
  for (let seed = 1; seed <= 100; seed++) {
    const { problems, ...seen } = await playSchedule(seed)
    expect(problems, `seed ${seed}`).toEqual([])
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += seen[name]
  }
  // Each of them really happened.
  for (const count of Object.values(total)) expect(count).toBeGreaterThan(10)
})
