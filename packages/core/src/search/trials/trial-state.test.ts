import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jobName } from '../../names/job-name.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import { trialEndIn, TrialState } from './trial-state.ts'

const whole = {
  status: 'completed',
  steps: 1,
  course: [{ step: 1, value: 0.5, atMs: 7 }],
  compared: [[1, 0.5]],
  value: 0.5,
  job: 't-1',
  kind: 'training',
  seconds: 1,
}

test('the note of a trial is taken as it was written, also with values that were no numbers', () => {
  expect(trialEndIn(whole)).toBe(whole)
  const infinite = { ...whole, value: null, course: [{ step: 1, value: null, atMs: 7 }], compared: [[1, null]] }
  expect(trialEndIn(infinite)).toBe(infinite)
})

test('a note that anybody wrote who may write to the bucket is none, and fails nothing', () => {
  expect(trialEndIn({ status: 'completed' })).toBeUndefined()
  const fields = Object.keys(whole).filter((name) => name !== 'seconds')
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.constantFrom<unknown>({}, [null], ['x'], '../x', true), (field, value) => {
      const isText = (field === 'kind' || field === 'message') && typeof value === 'string'
      expect(trialEndIn({ ...whole, [field]: value }) === undefined).toBe(!isText)
    }),
  )
})

const end = (more: object = {}) => ({ status: 'completed', steps: 2, course: [], compared: [], ...more }) as const

test('what is noted of how a trial ended is what a later client knows of it, with nothing else', () => {
  const ended = [
    end(),
    end({ value: 0.5, job: jobName('t-1'), kind: 'processing', seconds: 9, billableSeconds: 8, costUsd: 0.1 }),
    { ...end({ message: 'exit code 1', isStopping: true }), status: 'failed' as const },
  ]
  for (const note of ended) {
    const trial = new TrialState(1, 't', {})
    trial.recall(note)
    expect(trial.end(note.status)).toEqual(note)
  }
  const older = new TrialState(1, 't', {})
  older.recall(end({ job: jobName('t-1') }))
  expect(older.job).toEqual({ kind: 'training', name: 't-1' })
})

test('values of one machine count, and a long course keeps every other one and the newest', () => {
  const trial = new TrialState(1, 't', {})
  expect([trial.measured('algo-2', 1, 0), trial.measured('algo-1', 9, 0), trial.measured('algo-2', 2, 0)]).toEqual([
    true,
    false,
    true,
  ])
  for (let step = 3; step <= 600; step += 1) trial.measured('algo-2', step, 0)
  const { course, steps } = trial.end('completed')
  expect([steps, course.length < 512, course.at(-1)?.step]).toEqual([600, true, 600])
  trial.restart()
  expect(trial.measured('algo-1', 7, 0)).toBe(true)
  expect(trial.end('failed')).toMatchObject({ steps: 1, course: [{ step: 1, value: 7 }] })
})

test.each([
  ['minimize', 'completed', 2, { status: 'completed', loss: 2 }],
  ['maximize', 'completed', 2, { status: 'completed', loss: -2 }],
  ['minimize', 'completed', undefined, { status: 'completed' }],
  [undefined, 'completed', 2, { status: 'completed' }],
  ['minimize', 'running', 2, { status: 'running' }],
  ['minimize', 'failed', 2, { status: 'failed' }],
  // That of another run tells nothing of its values.
  ['minimize', 'stopped', 2, { status: 'failed' }],
  ['minimize', 'stopped-early', 2, { status: 'stopped-early', loss: 2 }],
] as const)('to %s, a trial that is %s with the value %s is seen as %o', (direction, status, value, seen) => {
  const trial = new TrialState(1, 't', { lr: 1 })
  Object.assign(trial, { status, value })
  const goal = direction === undefined ? undefined : { metric: 'loss', direction }
  expect(trial.observation(goal)).toEqual({ values: { lr: 1 }, steps: 0, ...seen })
})

test('the result of a trial is its own, or read again, and none of one that did not complete', async () => {
  const [own, again] = [{} as TaskResult, {} as TaskResult]
  const trial = new TrialState(1, 't', {})
  trial.status = 'completed'
  const { result } = trial.view(async () => again)
  expect(await result()).toBe(again)
  trial.result = own
  expect(await result()).toBe(own)
  trial.status = 'failed'
  trial.error = new Error('exit code 1')
  const failed = trial.view(async () => again)
  await expect(failed.result()).rejects.toMatchObject({ code: 'SEARCH_FAILED', cause: trial.error })
  expect(failed).not.toHaveProperty('job')
  trial.recall(end({ job: jobName('t-1'), seconds: 9, billableSeconds: 8, costUsd: 0.1, message: 'm', value: 1 }))
  expect(trial.view(async () => again)).toMatchObject({
    job: 't-1',
    seconds: 9,
    billableSeconds: 8,
    costUsd: 0.1,
    message: 'm',
    value: 1,
  })
})
