import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import type { Placement } from '../spec/machines/placements.ts'
import type { AttemptPlace, EndCause, RetryCause, RetrySpec, SpentTime } from '../spec/result.ts'
import {
  afterAttempt,
  attemptToStart,
  firstPlace,
  limitsLeft,
  mostJobs,
  oneAttempt,
  shareOfWait,
  spentWith,
  timeLeft,
  type AttemptEnd,
  type AttemptPolicy,
  type EndedAttempt,
} from './policy.ts'

const endedBy = (cause: EndCause, timeIsUp = false): EndedAttempt => ({ kind: 'ended', cause, timeIsUp })
const policy: AttemptPolicy = { attempts: 3, on: ['capacity', 'exit 75'], pauseSeconds: 5 }

test('a job that another client could not begin is no attempt: the same one is made again', () => {
  const step = afterAttempt(oneAttempt, { number: 1, of: 1 }, firstPlace, { kind: 'never-began' })
  expect(step).toMatchObject({ kind: 'again', attempt: { number: 1, of: 1 } })
})

test('with one attempt, every end is final', () => {
  const first = attemptToStart(oneAttempt, undefined).number
  expect(first).toEqual({ number: 1, of: 1 })
  expect(afterAttempt(oneAttempt, first, firstPlace, { kind: 'completed' })).toEqual({ kind: 'done' })
  for (const cause of ['capacity', 'internal', 'failed', 'stopped', 'exit 1'] as const)
    expect(afterAttempt(oneAttempt, first, firstPlace, endedBy(cause))).toEqual({ kind: 'give-up' })
})

test('an end that the policy names is tried again until the attempts are used up, and says so', () => {
  const again = { kind: 'again', place: firstPlace, pauseSeconds: 5 }
  const steps = [1, 2, 3].map((number) => afterAttempt(policy, { number, of: 3 }, firstPlace, endedBy('capacity')))
  expect(steps).toEqual([
    { ...again, attempt: { number: 2, of: 3 }, because: 'attempt 1 of 3 ended: there were no machines' },
    { ...again, attempt: { number: 3, of: 3 }, because: 'attempt 2 of 3 ended: there were no machines' },
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
    expect(afterAttempt(policy, first, firstPlace, end)).toEqual({ kind: 'give-up' })
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
      let attempt = attemptToStart(given, undefined).number
      for (const [index, end] of script.entries()) {
        expect(attempt).toEqual({ number: index + 1, of: given.attempts })
        const next = afterAttempt(given, attempt, firstPlace, end)
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
  expect(attemptToStart(policy, { place: firstPlace, ...before })).toEqual({ number: expected, place: firstPlace })
})

test('attempts use up one time limit, and the wait of spot jobs with it', () => {
  const phases = { phase: 'Failed', phases: [] }
  const job = { ...phases, createdAtMs: 0, startedAtMs: 60_000, endedAtMs: 660_500 }
  const once = spentWith(undefined, job)
  expect(once).toEqual({ runSeconds: 601, waitSeconds: 661, spotWaitSeconds: 60 })
  const waited = { ...phases, createdAtMs: 0, endedAtMs: 900_000 }
  expect(spentWith(once, waited)).toEqual({ runSeconds: 601, waitSeconds: 1_561, spotWaitSeconds: 960 })
  expect(spentWith(once, waited, false)).toEqual({ runSeconds: 601, waitSeconds: 1_561, spotWaitSeconds: 60 })
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

const spot = (type: string): Placement => ({ instanceTypes: [type], spot: true })
const onDemand: Placement = { instanceTypes: ['a', 'b'], spot: false }
const retry = { attempts: 2, on: ['capacity', 'interruption', 'exit 75'], pauseSeconds: 60 } as const
const at = (index: number, moves = index): AttemptPlace => ({ index, moves })
const waited = { waitedSeconds: 600 }

test.each<
  readonly [string, AttemptPolicy['placements'], Partial<RetrySpec>, number, AttemptPlace, AttemptEnd, number | 'give-up']
>([
  ['no machines: the next type', [spot('a'), spot('b')], {}, 1, at(0), endedBy('capacity'), 1],
  ['no machines of any type', [spot('a'), spot('b')], {}, 2, at(1), endedBy('capacity'), 'give-up'],
  ['after all spot types on demand', [spot('a'), spot('b'), onDemand], {}, 2, at(1), endedBy('capacity'), 2],
  [
    'the wait is over: no other spot type',
    [spot('a'), spot('b')],
    {},
    1,
    at(0),
    { ...endedBy('capacity'), spotIsOver: true },
    'give-up',
  ],
  [
    'the wait is over: on demand at once',
    [spot('a'), spot('b'), onDemand],
    {},
    1,
    at(0),
    { ...endedBy('capacity'), spotIsOver: true },
    2,
  ],
  ['taken away, none came back', [spot('a'), onDemand], {}, 1, at(0), { ...endedBy('interruption'), ...waited }, 1],
  ['taken away, and the program ended with it', [spot('a'), onDemand], {}, 1, at(0), endedBy('interruption'), 'give-up'],
  ['taken away, tried again', [spot('a'), onDemand], retry, 1, at(0), endedBy('interruption'), 0],
  ['an exit code is no matter of machines', [spot('a'), onDemand], {}, 1, at(0), endedBy('exit 75'), 'give-up'],
  ['an exit code is tried again on the same', [spot('a'), spot('b')], retry, 2, at(1), endedBy('exit 75'), 1],
  ['moves are no retries', [spot('a'), spot('b'), spot('c')], retry, 3, at(2), endedBy('exit 75'), 2],
  ['retries are used up', [spot('a'), spot('b')], retry, 3, at(1), endedBy('exit 75'), 'give-up'],
  ['no machines of any type, tried again from the first', [spot('a'), spot('b')], retry, 2, at(1), endedBy('capacity'), 0],
  ['no machines on demand, tried again there', [spot('a'), onDemand], retry, 2, at(1), endedBy('capacity'), 1],
  ['no time to run is left', [spot('a'), onDemand], retry, 1, at(0), endedBy('capacity', true), 'give-up'],
  ['somebody stopped it', [spot('a'), onDemand], retry, 1, at(0), endedBy('stopped'), 'give-up'],
])('which machines follow: %s', (_, placements = [], given, number, place, end, expected) => {
  const full: AttemptPolicy = { ...oneAttempt, ...given, placements }
  const next = afterAttempt(full, { number, of: mostJobs(full) }, place, end)
  expect(next.kind === 'again' ? next.place.index : next.kind).toBe(expected)
})

test('the types that are left share what is left of the wait', () => {
  const spec = {
    ...taskOf('t'),
    instanceType: 'a',
    fallbackTypes: ['b', 'c'],
    spotWait: { seconds: 9_000, fallback: 'on-demand' },
  } as const
  const spent = (spotWaitSeconds: number): SpentTime => ({ runSeconds: 0, waitSeconds: spotWaitSeconds, spotWaitSeconds })
  expect(shareOfWait(spec, at(0), undefined)).toBe(3_000)
  expect(shareOfWait(spec, at(1), spent(1_000))).toBe(4_000)
  expect(shareOfWait(spec, at(2), spent(5_000))).toBe(4_000)
  expect(shareOfWait(spec, at(3), spent(9_000))).toBeUndefined()
  expect(shareOfWait(taskOf('t'), at(0), undefined)).toBeUndefined()
  expect(timeLeft(spec, spent(8_950))).toEqual({ timeIsUp: false, spotIsOver: true })
})

test('time without machines is no time of running', () => {
  const phases = ['Starting', 'Training', 'Interrupted', 'Starting', 'Training', 'Failed'].map((name, index) => ({
    name,
    startedAtMs: index * 600_000,
    ...(index === 5 ? {} : { endedAtMs: (index + 1) * 600_000 }),
  }))
  const state = { phase: 'Failed', phases, createdAtMs: 0, startedAtMs: 600_000, endedAtMs: 3_000_000 }
  expect(spentWith(undefined, state)).toEqual({ runSeconds: 1_200, waitSeconds: 3_000, spotWaitSeconds: 1_800 })
})
