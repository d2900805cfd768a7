import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../time/clock.ts'
import { beatEveryMs, isBeating } from './heartbeat.ts'

/** A client's clock, which may differ from that of the computer whose heartbeat it looks at. */
function clockAt(startMs: number): Clock & { readonly waitedMs: () => number } {
  let waitedMs = 0
  return {
    now: () => startMs + waitedMs,
    waitedMs: () => waitedMs,
    sleep: async (ms) => {
      waitedMs += ms
    },
  }
}

const nineMinutes = 9 * 60_000

test('a job of another computer that is looked after is seen to be, however the clocks differ', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -nineMinutes, max: nineMinutes }), fc.nat(beatEveryMs), async (differenceMs, phaseMs) => {
      const clock = clockAt(1e12)
      const beatMs = (): number => {
        const theirs = 1e12 + differenceMs + clock.waitedMs()
        return theirs - ((theirs + phaseMs) % beatEveryMs)
      }
      expect(await isBeating(beatMs, { clock })).toBe(true)
    }),
  )
})

test('a heartbeat that stopped is noticed, at once when it is long ago', async () => {
  for (const ageMs of [31_000, 300_000, -300_000, 3_600_000]) {
    expect(await isBeating(() => 1e12 - ageMs, { clock: clockAt(1e12) })).toBe(false)
  }
  const clock = clockAt(1e12)
  expect(await isBeating(() => 1e12 - 3_600_000, { clock })).toBe(false)
  expect(clock.waitedMs()).toBe(0)
  expect(await isBeating(() => undefined)).toBe(false)
})
