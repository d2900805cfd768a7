import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { jobName, newJobName, type JobName } from '../../names/job-name.ts'
import { layoutOf } from '../../names/layout.ts'
import { joinUri } from '../../names/object-uri.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { JobState, JobStatus } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { lookAtFolder, pastJobs } from './history.ts'

const task = taskName('t')
const layout = layoutOf({ bucket: 'bucket', prefix: '', project: projectName('p'), task })

/** A task whose jobs ended so, the oldest first; `none` is a folder without a job. */
async function pastOf(ends: readonly (JobStatus | 'none')[]) {
  const objects = memoryObjects()
  const states = new Map<string, JobState>()
  const names: JobName[] = []
  for (const [index, status] of ends.entries()) {
    const name = newJobName(task, Date.UTC(2026, 0, 1) + index * 60_000)
    names.push(name)
    await objects.write(joinUri(layout.job(name).root, 'x'), { kind: 'bytes', bytes: Buffer.from('') })
    if (status === 'none') continue
    const plain = { phase: status, phases: [], machines: 1, createdAtMs: index, interruptions: 0, finalMetrics: [] }
    states.set(name, { kind: 'training', name, status, ...plain })
  }
  const describe: Platform['jobs']['describe'] = async ({ name }) => states.get(name)
  // Only these two are looked at.
  const platform = { objects, jobs: { describe } } as unknown as Platform
  const newestFirst = names.toReversed()
  return { platform, newestFirst }
}

/** The jobs that are given until the first completed one. */
async function found(platform: Platform): Promise<readonly JobName[]> {
  const seen: JobName[] = []
  for await (const { state } of pastJobs(task, layout, ['training', 'processing'], platform, {})) {
    seen.push(state.name)
    if (state.status === 'completed') break
  }
  return seen
}

test('all of a task’s jobs are given, however many failed', async () => {
  const { platform, newestFirst } = await pastOf(Array.from({ length: 120 }, () => 'failed' as const))
  expect(await found(platform)).toEqual(newestFirst)
})

test('the newest completed job is found behind any number of failed ones', async () => {
  const { platform, newestFirst } = await pastOf([
    'completed',
    'completed',
    ...Array.from({ length: 60 }, () => 'failed' as const),
  ])
  const seen = await found(platform)
  expect(seen.at(-1)).toBe(newestFirst.at(-2))
})

test('folders without a job are passed over; only very many in a row are the end', async () => {
  const gap = (length: number) => Array.from({ length }, () => 'none' as const)
  const some = await pastOf(['failed', ...gap(24), 'failed', ...gap(24), 'failed'])
  expect(await found(some.platform)).toHaveLength(3)
  const many = await pastOf(['failed', ...gap(25), 'failed'])
  expect(await found(many.platform)).toEqual([many.newestFirst[0]])
})

test('one look at a folder tells its jobs, newest first, and the lease', async () => {
  const { platform, newestFirst } = await pastOf(['failed', 'completed'])
  expect(await lookAtFolder(task, layout, platform, {})).toEqual({ jobs: newestFirst, lease: undefined })
  const { etag } = await platform.objects.write(layout.lease, { kind: 'bytes', bytes: Buffer.from('{}') })
  expect(await lookAtFolder(task, layout, platform, {})).toEqual({ jobs: newestFirst, lease: etag })
})

const record = {
  v: 1,
  job: 't',
  kind: 'training',
  fingerprint: 'f',
  parts: { kind: 'training' },
  createdAtMs: 0,
  attempt: { number: 2, of: 3 },
}

test('a record that cannot be trusted is none, and no failure', async () => {
  const { platform, newestFirst } = await pastOf(['completed'])
  const [name] = newestFirst
  const read = async (text: string): Promise<unknown> => {
    await platform.objects.write(layout.job(name ?? jobName('t')).record, { kind: 'bytes', bytes: Buffer.from(text) })
    for await (const job of pastJobs(task, layout, ['training'], platform, {})) return job.record
    return 'no job'
  }
  expect(await read(JSON.stringify(record))).toEqual(record)
  expect(await read(JSON.stringify({ ...record, attempt: undefined }))).toMatchObject({ fingerprint: 'f' })
  const damaged = [
    '',
    'null',
    '[]',
    '{"v":1',
    ...[
      { v: 2 },
      { kind: 'x' },
      { fingerprint: 1 },
      { parts: null },
      { parts: ['a'] },
      { parts: { a: 1 } },
      { attempt: {} },
      { attempt: null },
    ].map((change) => JSON.stringify({ ...record, ...change })),
  ]
  for (const text of damaged) expect(await read(text)).toBeUndefined()
})
