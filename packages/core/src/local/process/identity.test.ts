import fc from 'fast-check'
import { expect, test } from 'vitest'
import { identityOf, livenessOf, ownIdentity, pidOf, processPlace, type ProcessView } from './identity.ts'

// A world of computers and containers: each counts its own processes, and uses their numbers again.
interface Born {
  readonly identity: string
  readonly place: number
  readonly pid: number
}
const places = 3
const pids = 4
const act = fc.record({
  place: fc.nat(places - 1),
  pid: fc.nat(pids - 1),
  does: fc.constantFrom('start', 'end', 'end and start'),
})

test('a process is never taken for gone by those who cannot see it, nor for another one by those who can', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const running = Array.from({ length: places }, () => new Map<number, string>())
      const viewOf = (place: number): ProcessView => ({
        place: `place-${place}`,
        startOf: (pid) => running[place]?.get(pid),
        hides: () => false,
      })
      const born: Born[] = []
      for (const [time, { place, pid, does }] of acts.entries()) {
        if (does !== 'start') running[place]?.delete(pid)
        if (does === 'end' || running[place]?.has(pid) === true) continue
        // Two computers may well start processes at the same moment of their own clocks.
        running[place]?.set(pid, String(Math.floor(time / places)) + (does === 'start' ? '' : 'b'))
        const identity = identityOf(pid, viewOf(place))
        if (identity !== undefined) born.push({ identity, place, pid })
      }
      for (const { identity, place, pid } of born) {
        const lives = identityOf(pid, viewOf(place)) === identity
        for (let at = 0; at < places; at += 1) {
          expect(livenessOf(identity, viewOf(at))).toBe(at !== place ? 'unknown' : lives ? 'alive' : 'gone')
        }
      }
    }),
  )
})

test('a process that may not be looked at is not taken for gone', () => {
  const view: ProcessView = { place: 'here', startOf: () => undefined, hides: (pid) => pid === 7 }
  expect(livenessOf('7.1@here', view)).toBe('unknown')
  expect(livenessOf('8.1@here', view)).toBe('gone')
})

test('this process is alive, its number with another start is gone, and one that names no place is unknown', () => {
  expect(pidOf(ownIdentity())).toBe(process.pid)
  expect(livenessOf(ownIdentity())).toBe('alive')
  expect(livenessOf(`${process.pid}.1@${processPlace(ownIdentity())}`)).toBe('gone')
  expect(livenessOf(`${process.pid}.1`)).toBe('unknown')
})
