import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ProgramStart } from '../../platform/jobs.ts'
import { differencesOf } from './compare.ts'
import { momentsOf, randomFrom } from './moments.ts'
import { costsOf, expectedAt, workLostIn } from './costs.ts'
import type { InterruptedRun } from './marks.ts'
import { faultsOf } from './verdict.ts'

const alone: ProgramStart = { startedAtMs: 0, endedAtMs: 10_000, savedAtMs: 9_000, givenFiles: 0 }
const first: ProgramStart = { startedAtMs: 0, endedAtMs: 4_100, takenAtMs: 4_000, savedAtMs: 3_000, givenFiles: 0 }
const second: ProgramStart = { startedAtMs: 5_000, endedAtMs: 13_000, savedAtMs: 12_000, givenFiles: 1, isStateRead: true }
const run = (change: Partial<InterruptedRun> = {}): InterruptedRun => ({ starts: [first, second], differs: [], ...change })
const { savedAtMs: _saved, ...unsaved } = first
const namesOf = (uninterrupted: ProgramStart, runs: readonly InterruptedRun[]): readonly string[] =>
  faultsOf(uninterrupted, runs, 120).map(({ fault }) => fault)

test.each<readonly [string, ProgramStart, readonly InterruptedRun[], readonly string[]]>([
  ['it goes on with what it saved', alone, [run()], []],
  ['one start was too early to save', alone, [run({ starts: [unsaved, { ...second, givenFiles: 0 }] })], []],
  [
    'it never writes its state',
    { startedAtMs: 0, endedAtMs: 10_000, givenFiles: 0 },
    [run({ starts: [unsaved, { startedAtMs: 5_000, endedAtMs: 15_000, givenFiles: 0 }] })],
    ['nothing saved'],
  ],
  ['it saves only when it is told to stop', { startedAtMs: 0, endedAtMs: 10_000, givenFiles: 0 }, [run()], []],
  ['it never reads its state', alone, [run({ starts: [first, { ...second, isStateRead: false }] })], ['save not read']],
  [
    'nobody can tell whether it reads',
    alone,
    [run({ starts: [first, { startedAtMs: 5_000, endedAtMs: 9_000, givenFiles: 1 }] })],
    [],
  ],
  ['it fails with what it saved', alone, [run({ failure: 'exit code 1' })], ['torn save']],
  ['its end is another', alone, [run(), run({ differs: ['model/a'] })], ['result differs']],
  ['it had to be killed', alone, [run({ starts: [{ ...first, wasKilled: true }, second] })], ['ignores SIGTERM']],
])('a verdict: %s', (_, uninterrupted, runs, faults) => {
  expect(namesOf(uninterrupted, runs)).toEqual(faults)
})

const marks = new Map([1, 2, 3, 4, 5].map((step) => [`step ${step}`, step]))
const lines = (...steps: readonly (readonly [atMs: number, step: number])[]) =>
  steps.map(([atMs, step]) => ({ atMs, text: `step ${step}` }))
const before = lines([1_000, 1], [2_000, 2], [2_900, 3], [3_900, 4])
const { isStateRead: _read, ...unseen } = second
const last = run({ starts: [first, unseen] })

test.each<readonly [string, readonly InterruptedRun[], readonly string[]]>([
  [
    'it begins anew',
    [{ ...last, lines: [...before, ...lines([6_000, 1], [7_000, 2], [8_000, 3], [9_000, 4])] }],
    ['save not read'],
  ],
  [
    'it begins anew after a start that was too early to save',
    [
      {
        differs: [],
        starts: [first, { startedAtMs: 4_500, endedAtMs: 4_700, takenAtMs: 4_600, givenFiles: 1 }, unseen],
        lines: [...before, ...lines([6_000, 1], [7_000, 2], [8_000, 3], [9_000, 4])],
      },
    ],
    ['save not read'],
  ],
  [
    'it begins anew, and was taken away again with hardly anything saved',
    [
      {
        differs: [],
        starts: [
          first,
          { startedAtMs: 4_500, endedAtMs: 4_900, takenAtMs: 4_800, savedAtMs: 4_700, givenFiles: 1 },
          { ...unseen, startedAtMs: 5_000 },
        ],
        lines: [...before, ...lines([4_650, 1], [6_000, 1], [7_000, 2], [8_000, 3], [9_000, 4])],
      },
    ],
    ['save not read'],
  ],
  [
    'it prints while it prepares, and works in silence',
    [{ ...last, lines: [...lines([500, 1], [1_000, 2], [1_500, 3]), ...lines([5_500, 1], [6_000, 2], [6_500, 3], [9_000, 5])] }],
    [],
  ],
  ['it goes on', [{ ...last, lines: [...before, ...lines([6_000, 4], [7_000, 5])] }], []],
  [
    'it prints its old lines at its start',
    [{ ...last, lines: [...before, ...lines([6_000, 1], [6_001, 2], [6_002, 3], [7_000, 4])] }],
    [],
  ],
  [
    'one of its starts went on',
    [
      { ...last, lines: [...before, ...lines([6_000, 1], [7_000, 2], [8_000, 3])] },
      { ...last, lines: [...before, ...lines([6_000, 4])] },
    ],
    [],
  ],
  ['it printed little before its save', [{ ...last, lines: lines([1_000, 1], [2_000, 2], [6_000, 1], [7_000, 2]) }], []],
  ['it prints nothing', [last], []],
])('where nobody sees whether state is read, the lines tell: %s', (_, runs, faults) => {
  expect(faultsOf(alone, runs, 120, marks).map(({ fault }) => fault)).toEqual(faults)
})

test('work is lost since the last save, or since the start when there was none after it', () => {
  expect(workLostIn(first)).toBe(1)
  expect(workLostIn(unsaved)).toBe(4)
  expect(workLostIn({ ...first, savedAtMs: 4_050 })).toBe(0)
  expect(workLostIn({ ...first, startedAtMs: 3_500 })).toBe(0.5)
  // Before it has read its state, a program does no work.
  expect(workLostIn({ ...unsaved, givenFiles: 1, isStateRead: true, stateReadAtMs: 1_500 })).toBe(2.5)
  expect(workLostIn({ ...unsaved, givenFiles: 1, isStateRead: false })).toBe(0)
  expect(workLostIn(unsaved, 0.5)).toBe(3.5)
  expect(workLostIn({ ...first, isSavedAfterSignal: true })).toBeUndefined()
})

test('what a start costs beside lost work is what the runs took longer', () => {
  // 4 + 8 seconds of work in place of 10: one second was lost, the other went into starting again.
  expect(costsOf({ seconds: 10, marks: new Map() }, [run()])).toEqual({
    interruptions: 1,
    workLost: { meanSeconds: 1, maxSeconds: 1 },
    startSeconds: 1,
  })
})

test('the more often a job is interrupted, the longer it takes; where more is lost than done, it never ends', () => {
  const factors = expectedAt(30, 30, 300).map(({ timeFactor = 0 }) => timeFactor)
  expect(factors).toEqual([...factors].sort((one, other) => one - other))
  expect(factors[2]).toBeCloseTo(1.111, 3)
  expect(expectedAt(4_000, 0, 0).at(-1)).toEqual({ perHour: 1 })
  expect(expectedAt(0, 0, 0).map(({ costFactor }) => costFactor)).toEqual([1, 1, 1])
})

test('the same seed gives the same moments, all within the time of the program', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10_000 }), (seed, left, seconds) => {
      const moments = momentsOf(randomFrom(seed), left, seconds)
      expect(moments).toEqual(momentsOf(randomFrom(seed), left, seconds))
      expect(moments.length).toBe(Math.min(left, 5))
      expect(moments.every((moment) => moment > 0 && moment < seconds)).toBe(true)
    }),
  )
})

test('two ends differ by the files, metrics and results that are not the same', () => {
  const end = { files: new Map([['model/a', '1']]), metrics: { loss: 1 }, result: 'null' }
  expect(differencesOf(end, end)).toEqual([])
  const other = {
    files: new Map([
      ['model/a', '2'],
      ['model/b', '1'],
    ]),
    metrics: { loss: 2 },
    result: '1',
  }
  expect(differencesOf(end, other)).toEqual(['model/a', 'model/b', 'metric loss', 'result'])
})
