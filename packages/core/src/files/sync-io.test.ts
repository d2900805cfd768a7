import { expect, test } from 'vitest'
import { syncWhileFast } from './sync-io.ts'

const wait = (ms: number): void => {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

test('a slow disk is left to other threads, and tried again later', async () => {
  const places: string[] = []
  const work = (ms: number): Promise<void> =>
    syncWhileFast(
      () => {
        wait(ms)
        places.push('here')
      },
      async () => void places.push('elsewhere'),
    )
  for (let round = 0; round < 12; round += 1) await work(2)
  expect(new Set(places)).toContain('elsewhere')
  await new Promise((resolve) => setTimeout(resolve, 300))
  places.length = 0
  await work(0)
  expect(places).toEqual(['here'])
})

test('what fails here fails as it would elsewhere', async () => {
  const fail = (): never => {
    throw new Error('no')
  }
  await expect(syncWhileFast(fail, async () => fail())).rejects.toThrow('no')
})

test('others get their turn in a long row of work', async () => {
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  for (let piece = 0; piece < 200; piece += 1)
    await syncWhileFast(
      () => wait(0.2),
      async () => wait(0.2),
    )
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
})
