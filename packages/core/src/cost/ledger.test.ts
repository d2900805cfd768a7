import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jobName } from '../names/job-name.ts'
import type { JobState } from '../platform/jobs.ts'
import {
  emptyLedger,
  extend,
  reservationAction,
  giveUp,
  hold,
  ledgerIn,
  microUsdOf,
  reserve,
  reservedIn,
  settleCost,
  spentBy,
  type Ledger,
  type Reservation,
} from './ledger.ts'

const kept = (microUsd: number, warmMicroUsd = 0): Reservation => ({ kind: 'training', microUsd, warmMicroUsd, untilMs: 100 })

const step = fc.record({
  job: fc.integer({ min: 0, max: 5 }),
  usd: fc.nat(60),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
})

const budget = 100

/** The ledger after one act, and how much was missing for it, by the ledger's own word and by a plain sum. */
function after(ledger: Ledger, act: string, job: string, usd: number, share: number) {
  const own = ledger.reservations[job]
  if (act === 'settle') return { ledger: settleCost(ledger, job, Math.floor((own?.microUsd ?? 0) * share)) }
  if (act === 'extend') return { ledger: extend(ledger, job, 200) }
  const next = reserve(ledger, job, kept(usd), budget)
  const wanted = ledger.spentMicroUsd + reservedIn(ledger) + usd - budget
  const missing = own === undefined && wanted > 0 ? wanted : undefined
  return 'ledger' in next ? { ledger: next.ledger, missing } : { ledger, missing, said: next.missingMicroUsd }
}

test('what is spent and reserved is never more than the budget, whatever is reserved and settled in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ act: fc.constantFrom('reserve', 'settle', 'extend'), step }), { maxLength: 40 }), (acts) => {
      let ledger: Ledger = emptyLedger
      for (const {
        act,
        step: { job, usd, share },
      } of acts) {
        const { ledger: next, missing, said } = after(ledger, act, `job-${job}`, usd, share)
        expect(said).toBe(missing)
        ledger = next
        expect(ledger.spentMicroUsd + reservedIn(ledger)).toBeLessThanOrEqual(budget)
        expect(ledgerIn(JSON.stringify(ledger))).toEqual(ledger)
      }
    }),
  )
})

test('every act can be made twice, for its answer may have been lost', () => {
  const once = reserve(emptyLedger, 'a', kept(5), 10)
  if (!('ledger' in once)) throw new Error('refused')
  expect(reserve(once.ledger, 'a', kept(5), 10)).toMatchObject({ ledger: { reservations: { a: kept(5) } } })
  // One that is there already stays what it is, however small the budget has become.
  expect(reserve(once.ledger, 'a', kept(9), 1)).toMatchObject({ ledger: { reservations: { a: kept(5) } } })
  const settled = settleCost(once.ledger, 'a', 3)
  expect(settled).toMatchObject({ spentMicroUsd: 3, reservations: {} })
  expect(settleCost(settled, 'a', 3)).toBe(settled)
  expect(extend(settled, 'a', 1)).toBe(settled)
  expect(hold(once.ledger, 'a', kept(7))).toBe(once.ledger)
  // One that was settled is not held again; one that was given up, because it was not there, is.
  expect(hold(settled, 'a', kept(7))).toBe(settled)
  const givenUp = giveUp(once.ledger, 'a')
  expect(giveUp(givenUp, 'a')).toBe(givenUp)
  expect(hold(givenUp, 'a', kept(7))).toMatchObject({ spentMicroUsd: 0, reservations: { a: kept(7) } })
})

test('a ledger is never the same twice, so that it can be compared by its bytes', () => {
  const first = reserve(emptyLedger, 'a', kept(5), 5)
  const there = 'ledger' in first ? first.ledger : emptyLedger
  expect(settleCost(there, 'a', 0)).not.toEqual(emptyLedger)
  expect(extend(there, 'a', 100).revision).toBe(2)
})

test.each([
  [0.1 + 0.2, 300_000],
  [2.76, 2_760_000],
  [0.000_000_1, 1],
  [0, 0],
  [999_999_999, 999_999_999_000_000],
])('%s US dollars are %s millionths, and never fewer than they are', (usd, microUsd) => {
  expect(microUsdOf(usd)).toBe(microUsd)
})

test('what a job cost counts; what is not known counts as the most that it could, and warm machines always do', () => {
  const known = { kind: 'known', usd: 0.000_002 } as unknown as Parameters<typeof spentBy>[1] // only the amount is looked at
  expect(spentBy(kept(10, 4), known)).toBe(6)
  expect(spentBy(kept(10, 4), { kind: 'unknown', because: 'x' })).toBe(14)
})

const state = (status: JobState['status']): JobState => ({ name: jobName('t'), status }) as unknown as JobState // no more is looked at

test.each([
  ['a job that runs keeps its money', state('in-progress'), 9e9, 'keep'],
  ['so does one that is being stopped', state('stopping'), 9e9, 'keep'],
  ['one that ended is settled', state('failed'), 0, 'settle'],
  ['one that is not there may still come', undefined, 150, 'keep'],
  ['after its time it will not', undefined, 151, 'release'],
] as const)('%s', (_, seen, nowMs, action) => {
  expect(reservationAction(kept(1), seen, nowMs, 50)).toBe(action)
})

test.each([
  '',
  'null',
  '[]',
  '{"v":1}',
  '{"v":2,"revision":0,"spentMicroUsd":0,"reservations":{}}',
  '{"v":1,"revision":0,"spentMicroUsd":-1,"reservations":{}}',
  '{"v":1,"revision":0,"spentMicroUsd":0.5,"reservations":{}}',
  '{"v":1,"revision":0,"spentMicroUsd":0,"reservations":null}',
  '{"v":1,"revision":0,"spentMicroUsd":0,"reservations":{"a":1}}',
  '{"v":1,"revision":0,"spentMicroUsd":0,"reservations":{"a":{"kind":"x","microUsd":1,"warmMicroUsd":0,"untilMs":0}}}',
  '{"v":1,"revision":0,"spentMicroUsd":0,"reservations":{"../x":{"kind":"training","microUsd":1,"warmMicroUsd":0,"untilMs":0}}}',
  '{"v":1,"revision":0,"spentMicroUsd":0,"reservations":{"__proto__":{"kind":"training","microUsd":1,"warmMicroUsd":0,"untilMs":0}}}',
])('what is no ledger is none: %s', (text) => {
  expect(ledgerIn(text)).toBeUndefined()
})
