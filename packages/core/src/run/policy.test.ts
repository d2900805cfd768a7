import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EndCause, RetryCause } from '../spec/result.ts'
import { afterAttempt, attemptToStart, limitsLeft, oneAttempt, spentWith, type AttemptEnd, type AttemptPolicy } from './policy.ts'

const endedBy = (cause: EndCause, timeIsUp = false): AttemptEnd => ({ kind: 'ended', cause, timeIsUp })
const policy: AttemptPolicy = { attempts: 3, on: ['capacity', 'exit 75'], pauseSeconds: 5 }

test('a job that another client could not begin is no attempt: the same one is made again', () => {
  const step = afterAttempt(oneAttempt, { number: 1, of: 1 }, { kind: 'never-began' })
  expect(step).toMatchObject({ kind: 'again', attempt: { number: 1, of: 1 } })
})

test('with one attempt, every end is final', () => {
  const first = attemptToStart(oneAttempt, undefined)
  expect(first).toEqual({ number: 1, of: 1 })
  expect(afterAttempt(oneAttempt, first, { kind: 'completed' })).toEqual({ kind: 'done' })
  for (const cause of ['capacity', 'internal', 'failed', 'stopped', 'exit 1'] as const)
    expect(afterAttempt(oneAttempt, first, endedBy(cause))).toEqual({ kind: 'give-up' })
})

test('an end that the policy names is tried again until the attempts are used up, and says so', () => {
  const steps = [1, 2, 3].map((number) => afterAttempt(policy, { number, of: 3 }, endedBy('capacity')))
  expect(steps).toEqual([
    { kind: 'again', attempt: { number: 2, of: 3 }, because: 'attempt 1 of 3 ended: there were no machines', pauseSeconds: 5 },
    { kind: 'again', attempt: { number: 3, of: 3 }, because: 'attempt 2 of 3 ended: there were no machines', pauseSeconds: 5 },
    { kind: 'give-up' },
  ])
})

test('an end that the policy does not name, and one after which no time is left, are final', () => {
  const first = { number: 1, of: 3 }
  for (const end of [
    endedBy('internal'),
    endedBy('exit 7'),
    endedBy('stopped'),
    endedBy('time limit'),
    endedBy('capacity', true),
  ])
    expect(afterAttempt(policy, first, end)).toEqual({ kind: 'give-up' })
})

const causes = ['capacity', 'interruption', 'internal', 'exit 75', 'failed', 'stopped', 'time limit'] as const
const policies = fc.record({
  attempts: fc.integer({ min: 1, max: 6 }),
  on: fc.subarray<RetryCause>(['capacity', 'interruption', 'internal', 'exit 75']),
  pauseSeconds: fc.nat(600),
})
const allEnds = fc.oneof(
  fc.constant<AttemptEnd>({ kind: 'completed' }),
  fc.tuple(fc.constantFrom(...causes), fc.boolean()).map(([cause, timeIsUp]) => endedBy(cause, timeIsUp)),
)

test('whatever the ends: attempts are numbered without a gap, and a success and a stop are final', () => {
  fc.assert(
    fc.property(policies, fc.array(allEnds, { minLength: 8, maxLength: 8 }), (given, script) => {
      let attempt = attemptToStart(given, undefined)
      for (const [index, end] of script.entries()) {
        expect(attempt).toEqual({ number: index + 1, of: given.attempts })
        const next = afterAttempt(given, attempt, end)
        const isFinal = end.kind === 'ended' && (end.cause === 'stopped' || end.cause === 'time limit' || end.timeIsUp)
        expect(end.kind === 'completed').toBe(next.kind === 'done')
        expect(isFinal && next.kind === 'again').toBe(false)
        if (next.kind !== 'again') return
        attempt = next.attempt
      }
      expect.unreachable()
    }),
  )
})

const second = { number: 2, of: 3 }
const capacity = endedBy('capacity')

test.each([
  ['the same run ended on its second attempt', { end: capacity, isSameRun: true, attempt: second }, { number: 3, of: 3 }],
  ['it ended on its last attempt', { end: capacity, isSameRun: true, attempt: { number: 3, of: 3 } }, { number: 1, of: 3 }],
  ['another run ended', { end: capacity, isSameRun: false, attempt: second }, { number: 1, of: 3 }],
  ['it was stopped', { end: endedBy('stopped'), isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['its time is up', { end: endedBy('capacity', true), isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['it completed', { end: { kind: 'completed' }, isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['it is being stopped', { end: undefined, isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['its record is older than attempts', { end: capacity, isSameRun: true, attempt: undefined }, { number: 1, of: 3 }],
] as const)('a later client goes on counting when a client died between two attempts: %s', (_, before, expected) => {
  expect(attemptToStart(policy, before)).toEqual(expected)
})

test('attempts use up one time limit, and the wait of spot jobs with it', () => {
  const job = { createdAtMs: 0, startedAtMs: 60_000, endedAtMs: 660_500 }
  const once = spentWith(undefined, job)
  expect(once).toEqual({ runSeconds: 601, waitSeconds: 661 })
  expect(spentWith(once, { createdAtMs: 0, endedAtMs: 900_000 })).toEqual({ runSeconds: 601, waitSeconds: 1_561 })
  expect(limitsLeft({ maxRunSeconds: 3_600 }, once)).toEqual({ maxRunSeconds: 2_999 })
  expect(limitsLeft({ maxRunSeconds: 601 }, once)).toBeUndefined()
  expect(limitsLeft({ maxRunSeconds: 3_600, maxWaitSeconds: 3_600 }, once)).toEqual({
    maxRunSeconds: 2_939,
    maxWaitSeconds: 2_939,
  })
  expect(limitsLeft({ maxRunSeconds: 600, maxWaitSeconds: 7_200 }, { runSeconds: 60, waitSeconds: 600 })).toEqual({
    maxRunSeconds: 540,
    maxWaitSeconds: 6_600,
  })
})
