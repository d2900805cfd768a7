import { expect, test } from 'vitest'
import type { ProgramStart } from '../../platform/jobs.ts'
import { interruptedRuns } from './interrupted-runs.ts'
import { faultsOf } from './verdict.ts'

const alone: ProgramStart = { startedAtMs: 0, endedAtMs: 10_000, savedAtMs: 9_000, givenFiles: 0 }

/** A program that needs so long to end at SIGTERM; the graces that it was given. */
async function rehearsed(neededSeconds: number, graceSeconds: number) {
  const graces: number[] = []
  const asked: (readonly number[])[] = []
  const { runs, graceSeconds: last } = await interruptedRuns(
    alone,
    async (moments, grace) => {
      graces.push(grace)
      asked.push(moments)
      const wasKilled = grace < neededSeconds
      const taken: ProgramStart = {
        startedAtMs: 0,
        endedAtMs: 5_000,
        takenAtMs: 4_000,
        savedAtMs: 3_000,
        givenFiles: 0,
        wasKilled,
      }
      return { starts: [taken, taken, { ...alone, givenFiles: 1, isStateRead: true }], differs: [] }
    },
    { interruptions: 6, graceSeconds, seed: 1, signal: undefined },
  )
  return { graces, asked, runs, faults: faultsOf(alone, runs, last).map(({ fault, seen }) => `${fault}: ${seen}`) }
}

test('a run in which a program was late is repeated with ten times the grace, and is no fault when that is enough', async () => {
  const { graces, asked, runs, faults } = await rehearsed(3, 1)
  expect(graces).toEqual([1, 10, 10, 10])
  expect(asked[1]).toEqual(asked[0])
  expect(runs).toHaveLength(3)
  expect(faults).toEqual([])
})

test('a program that is still there after the longer grace ignores SIGTERM, and nothing more is tried', async () => {
  const { graces, faults } = await rehearsed(3_600, 1)
  expect(graces).toEqual([1, 10])
  expect(faults).toEqual(['ignores SIGTERM: it still ran 10 seconds after SIGTERM and had to be killed'])
})

test('nobody waits longer than SageMaker does, unless it was asked for', async () => {
  expect((await rehearsed(3_600, 30)).graces).toEqual([30, 120])
  expect((await rehearsed(3_600, 120)).graces).toEqual([120])
  expect((await rehearsed(3_600, 300)).graces).toEqual([300])
})
