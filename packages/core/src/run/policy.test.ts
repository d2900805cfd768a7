import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptNumber } from '../spec/result.ts'
import { afterAttempt, attemptToStart, endOf, oneAttempt, type AttemptEnd, type AttemptPolicy } from './policy.ts'

const ends = fc.constantFrom<AttemptEnd>({ kind: 'completed' }, { kind: 'failed' }, { kind: 'stopped' })
const policies = fc.record({
  attempts: fc.integer({ min: 1, max: 6 }),
  on: fc.constantFrom<AttemptPolicy['on']>([], ['failed'], ['failed', 'stopped']),
})

test('a job that another client could not begin is no attempt: the same one is made again', () => {
  const step = afterAttempt(oneAttempt, { number: 1, of: 1 }, endOf('failed', { neverBegan: true }))
  expect(step).toMatchObject({ kind: 'again', attempt: { number: 1, of: 1 } })
})

test('with one attempt, every end is final', () => {
  const first = attemptToStart(oneAttempt, undefined)
  expect(first).toEqual({ number: 1, of: 1 })
  expect(afterAttempt(oneAttempt, first, endOf('completed'))).toEqual({ kind: 'done' })
  for (const status of ['failed', 'stopped'] as const)
    expect(afterAttempt(oneAttempt, first, endOf(status))).toEqual({ kind: 'give-up' })
})

test('a failure that the policy names is tried again until the attempts are used up, and says so', () => {
  const policy: AttemptPolicy = { attempts: 3, on: ['failed'] }
  const steps = [1, 2, 3].map((number) => afterAttempt(policy, { number, of: 3 }, { kind: 'failed' }))
  expect(steps).toEqual([
    { kind: 'again', attempt: { number: 2, of: 3 }, changes: {}, because: 'attempt 1 of 3 failed' },
    { kind: 'again', attempt: { number: 3, of: 3 }, changes: {}, because: 'attempt 2 of 3 failed' },
    { kind: 'give-up' },
  ])
})

test('whatever the ends: attempts are numbered without a gap, their number is kept, a success and a stop are final', () => {
  fc.assert(
    fc.property(policies, fc.array(ends, { minLength: 8, maxLength: 8 }), (policy, script) => {
      let attempt = attemptToStart(policy, undefined)
      for (const [index, end] of script.entries()) {
        expect(attempt).toEqual({ number: index + 1, of: policy.attempts })
        const next = afterAttempt(policy, attempt, end)
        const final = { completed: ['done'], stopped: ['give-up'], failed: ['again', 'give-up'], 'never-began': ['again'] }[
          end.kind
        ]
        expect(final).toContain(next.kind)
        if (next.kind !== 'again') return
        attempt = next.attempt
      }
      expect.unreachable()
    }),
  )
})

const policy: AttemptPolicy = { attempts: 3, on: ['failed'] }
const second: AttemptNumber = { number: 2, of: 3 }

test.each([
  ['the same run failed on its second attempt', { status: 'failed', isSameRun: true, attempt: second }, { number: 3, of: 3 }],
  ['it failed on its last attempt', { status: 'failed', isSameRun: true, attempt: { number: 3, of: 3 } }, { number: 1, of: 3 }],
  ['another run failed', { status: 'failed', isSameRun: false, attempt: second }, { number: 1, of: 3 }],
  ['it was stopped', { status: 'stopped', isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['it completed', { status: 'completed', isSameRun: true, attempt: second }, { number: 1, of: 3 }],
  ['its record is older than attempts', { status: 'failed', isSameRun: true, attempt: undefined }, { number: 1, of: 3 }],
] as const)('a later client goes on counting when a client died between two attempts: %s', (_, before, expected) => {
  expect(attemptToStart(policy, before)).toEqual(expected)
})
