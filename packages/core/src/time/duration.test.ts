import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeSeconds, durationHint, secondsOf, type Duration } from './duration.ts'

const units = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const

test('a number and a unit are that many seconds, in the singular and the plural', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])), (count, unit) => {
      expect(secondsOf(`${count} ${unit}`)).toBe(count * units[unit])
      expect(secondsOf(`${count} ${unit}s`)).toBe(count * units[unit])
      expect(secondsOf({ seconds: count * units[unit] })).toBe(count * units[unit])
    }),
  )
})

test.each([
  ['1.5 hours', 5_400],
  ['1.25 hours', 4_500],
  ['0.5 seconds', 1],
  [' 3  minutes ', 180],
  ['0 minutes', 0],
  [{ seconds: 0.2 }, 1],
] as const)('%j is %d seconds: a part of a second counts whole', (duration, seconds) => {
  expect(secondsOf(duration as Duration)).toBe(seconds)
})

test.each([
  '',
  '5',
  'hours',
  '5hours',
  '-1 hours',
  '1e3 seconds',
  '1 week',
  '5 Hours',
  '5 hours or so',
  'about 5 hours',
  'Infinity days',
  5,
  null,
  undefined,
  true,
  [],
  {},
  { seconds: '5' },
  { seconds: Number.NaN },
  { seconds: -1 },
  { seconds: Number.POSITIVE_INFINITY },
  Symbol('s'),
])('%j is no duration', (duration) => {
  expect(secondsOf(duration as Duration)).toBeUndefined()
})

test('anything is a duration or none, and a duration is a whole number', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const seconds = secondsOf(value as Duration)
      return seconds === undefined || (Number.isInteger(seconds) && seconds >= 0)
    }),
  )
})

test.each([
  [0, '0 s'],
  [3.24, '3.2 s'],
  [59.4, '59.4 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [7_500, '2 h 5 min'],
  [86_400, '1 d'],
  [90_061, '1 d 1 h'],
])('%d seconds are told as %s', (seconds, words) => {
  expect(describeSeconds(seconds)).toBe(words)
})

test('no span of time is told in more than two words, none as nothing', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (seconds) => {
      const words = describeSeconds(seconds)
      return /^\d/.test(words) && words.split(' ').length <= 4
    }),
  )
})

const example = "Write a number and a unit: '90 seconds', '30 minutes', '24 hours'."

test.each([
  ['24h', "Write it as '24 hours'."],
  ['1H', "Write it as '1 hour'."],
  ['1.0hr', "Write it as '1.0 hour'."],
  ['2 hrs', "Write it as '2 hours'."],
  ['2hours', "Write it as '2 hours'."],
  [' 1.25  Hour ', "Write it as '1.25 hours'."],
  ['90s', "Write it as '90 seconds'."],
  ['90secs', "Write it as '90 seconds'."],
  ['90seconds', "Write it as '90 seconds'."],
  ['10 MIN', "Write it as '10 minutes'."],
  ['10 mins', "Write it as '10 minutes'."],
  ['10minutes', "Write it as '10 minutes'."],
  ['7d', "Write it as '7 days'."],
  ['7days', "Write it as '7 days'."],
  ['3 weeks', example],
  ['h', example],
  ['', example],
  ['-3 h', example],
  ['3 h 5', example],
  ['x3 h', example],
  [90, example],
  [undefined, example],
])('the hint for %j is: %s', (value, hint) => {
  expect(durationHint(value)).toBe(hint)
})
