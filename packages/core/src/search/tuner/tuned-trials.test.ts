import { expect, test } from 'vitest'
import { taskOf } from '../../../../../test/support/tasks.ts'
import { jobName } from '../../names/job-name.ts'
import type { TunedJob } from '../../platform/tuner.ts'
import type { TaskContext } from '../../run/context.ts'
import type { SearchPlan } from '../plan.ts'
import { TrialState } from '../trials/trial-state.ts'
import { TunedTrials } from './tuned-trials.ts'

const task = { ...taskOf('train'), metrics: { loss: 'loss=([0-9.]+)' } }
const space = {
  lr: { kind: 'range', scale: 'log', min: 1e-5, max: 1 },
  mode: { kind: 'choice', values: ['fast', 2] },
} as const
const plan: SearchPlan = {
  task,
  over: { kind: 'space', space },
  goal: { metric: 'loss', direction: 'minimize' },
  trials: 8,
  parallel: 4,
  tolerate: 0,
  seed: 7,
  by: 'bayes',
}
const job: TunedJob = { name: jobName('train-001-0a1b2c3d'), status: 'completed', values: {}, createdAtMs: 1_000 }

/** A client whose logs have these lines, or cannot be read, and whose jobs are not known any more. */
function contextOf(lines: readonly string[] | Error, abort?: AbortController): TaskContext {
  const platform = {
    jobs: { describe: async () => undefined },
    logs: {
      async *follow() {
        if (lines instanceof Error) throw lines
        for (const [at, text] of lines.entries()) yield { machine: at % 2 === 0 ? 'algo-1' : 'algo-2', text, atMs: at }
        abort?.abort(new Error('enough'))
        if (abort !== undefined) throw new Error('a call that was ended')
      },
    },
  }
  return { platform, signal: (abort ?? new AbortController()).signal } as never // all that is looked at
}

async function ended(
  ending: Partial<TunedJob>,
  more: Partial<SearchPlan> = {},
  lines: readonly string[] | Error = [],
  isStopping = false,
) {
  const trials = new TunedTrials({ ...plan, ...more }, task, contextOf(lines))
  const trial = new TrialState(1, 'train', {})
  await trials.end(trial, { ...job, ...ending }, { isStopping })
  return trial
}

test('the values of a job are those of the space: numbers, the very choice, and a text that is no choice as it is', () => {
  const trials = new TunedTrials(plan, task, contextOf([]))
  const valuesOf = (values: TunedJob['values']) => trials.valuesOf({ ...job, values })
  expect(valuesOf({ lr: '0.1', mode: '"fast"', other: 'x' })).toEqual({ lr: 0.1, mode: 'fast' })
  expect(valuesOf({ mode: '2' })).toEqual({ mode: 2 })
  expect(valuesOf({ mode: 'gone' })).toEqual({ mode: 'gone' })
  const list = new TunedTrials({ ...plan, over: { kind: 'list', list: [] } }, task, contextOf([]))
  expect(list.valuesOf({ ...job, values: { lr: '0.1' } })).toEqual({})
})

test.each([
  ['completed with a value', { value: 0.5 }, {}, 'completed', undefined],
  ['completed without one', {}, {}, 'failed', 'it completed without a value of loss'],
  ['failed', { status: 'failed', failureReason: 'exit code 1' }, {}, 'failed', 'exit code 1'],
  ['stopped where nothing stops early', { status: 'stopped' }, {}, 'stopped', undefined],
  ['stopped where trials stop early', { status: 'stopped' }, { halving: {} as never }, 'stopped-early', undefined],
] as const)('a job that %s ends its trial', async (_, ending, more, status, message) => {
  expect(await ended(ending, more)).toMatchObject({ status, message })
})

test('a job that is stopped with the search was not stopped early, and its seconds are known once it has an end', async () => {
  const trial = await ended({ status: 'stopped', endedAtMs: 61_000 }, { halving: {} as never }, [], true)
  expect(trial).toMatchObject({ status: 'stopped', seconds: 60 })
  expect((await ended({ status: 'stopped' })).seconds).toBeUndefined()
})

test('the course of a trial is read from its log, of the machine that printed first; without a log the last value is enough', async () => {
  const read = await ended({ value: 0.25 }, {}, ['loss=1', 'loss=9', 'loss=0.5'])
  expect(read.end('completed')).toMatchObject({ value: 0.25, steps: 2, course: [{ value: 1 }, { value: 0.5 }] })
  const unread = await ended({ value: 0.25 }, {}, new Error('the log is gone'))
  expect(unread.end('completed')).toMatchObject({ value: 0.25, course: [] })
  const other = await ended({ value: 0.25 }, { goal: { metric: 'accuracy', direction: 'maximize' } }, ['loss=1'])
  expect(other.end('completed').course).toEqual([])
  const without = await ended({ value: 0.25 }, {})
  expect(without.end('completed').course).toEqual([])
})

test('an abort while the log is read ends it', async () => {
  const abort = new AbortController()
  const trials = new TunedTrials(plan, task, contextOf(['loss=1'], abort))
  await expect(trials.end(new TrialState(1, 'train', {}), job, { isStopping: false })).rejects.toThrow(/enough|ended/)
  expect(abort.signal.aborted).toBe(true)
})
