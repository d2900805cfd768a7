import { expect, test } from 'vitest'
import { scriptedPlatform } from '../../../../../test/support/scripted-platform.ts'
import { taskOf } from '../../../../../test/support/tasks.ts'
import { jobName } from '../../names/job-name.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { JobFailedError } from '../follow/errors.ts'
import type { RehearseOptions } from '../run-options.ts'
import { rehearse } from './rehearse.ts'

const job = jobName('train-2026-01-01-00-00-00-0a1b2c3d')
const state: JobState = {
  kind: 'training',
  name: job,
  status: 'failed',
  phase: 'Failed',
  phases: [],
  machines: 1,
  createdAtMs: 0,
  interruptions: 0,
  finalMetrics: [],
  failureReason: 'ssm: exit code 1',
}

/** A rehearsal on a platform that knows this state of the job, and whose runs end so. */
async function failureOf(
  spec: Partial<TaskSpec>,
  { known, ends, ...options }: RehearseOptions & { readonly known?: JobState | undefined; readonly ends?: unknown } = {},
) {
  const { platform } = scriptedPlatform().client()
  const opened: number[] = []
  const stage = {
    open: async ({ stopGraceSeconds }: { readonly stopGraceSeconds: number }) => {
      opened.push(stopGraceSeconds)
      return { ...platform, jobs: { ...platform.jobs, describe: async () => known } }
    },
    runnerOn: () => ({
      run: async () => {
        if (ends instanceof Error) throw ends
        return ends
      },
    }),
  }
  const given = { ...taskOf('train'), ...spec }
  const failure: unknown = await rehearse(given, options, stage as never).catch((cause: unknown) => cause)
  return { failure, opened }
}

test.each([
  ['another kind of task', { kind: 'processing' }, {}, ['kind']],
  ['too many interruptions', {}, { interruptions: 1_001 }, ['interruptions']],
  ['none at all', {}, { interruptions: 0 }, ['interruptions']],
  ['half of one', {}, { interruptions: 1.5 }, ['interruptions']],
  [
    'inputs that are elsewhere',
    {
      inputs: [
        { channel: 'here', source: { kind: 'local', path: '.' } },
        { channel: 'there', source: { kind: 's3', uri: 's3://bucket/x' } },
      ],
    },
    {},
    ['input there'],
  ],
  [
    'all of that',
    { kind: 'processing', inputs: [{ channel: 'a', source: { kind: 's3' } }] },
    { interruptions: -1 },
    ['kind', 'interruptions', 'input a'],
  ],
] as const)('what cannot be rehearsed is refused before anything runs: %s', async (_, spec, options, paths) => {
  const { failure, opened } = await failureOf(spec as never, options)
  expect(failure).toMatchObject({ code: 'TASK_INVALID' })
  expect((failure as { problems: readonly { path: string }[] }).problems.map(({ path }) => path)).toEqual(paths)
  expect(opened).toEqual([])
})

test('a program that fails without an interruption ends the rehearsal, with the state of its job when that is known', async () => {
  const ends = new JobFailedError(state, ['no such file'], {})
  const { failure } = await failureOf({}, { known: { ...state, failureReason: 'ssm: exit code 2' }, ends })
  expect(failure).toBeInstanceOf(JobFailedError)
  expect(failure).not.toBe(ends)
  expect(failure).toMatchObject({ cause: ends, reason: expect.stringContaining('exit code 2') as string })
  expect((await failureOf({}, { ends })).failure).toBe(ends)
  const other = new Error('another')
  expect((await failureOf({}, { known: state, ends: other })).failure).toBe(other)
})

test('a job that is gone, and a platform that watched no program, are told', async () => {
  const ends = { kind: 'training', job }
  expect((await failureOf({}, { ends })).failure).toMatchObject({ code: 'JOB_LOST' })
  const { failure } = await failureOf({}, { ends, known: { ...state, status: 'completed' }, seed: 1, grace: '30 seconds' })
  expect(failure).toMatchObject({ code: 'PLATFORM_UNSUPPORTED' })
})
