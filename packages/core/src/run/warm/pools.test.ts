import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import { jobName, type JobName } from '../../names/job-name.ts'
import { warmNotes } from '../../names/layout.ts'
import { projectName } from '../../names/task-name.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { listWarmPools, notedPools } from './pools.ts'

const place = { bucket: 'bucket', prefix: '', project: projectName('p') }
const nowMs = Date.UTC(2026, 0, 2, 4)
const job = (letter: string, hour: number): JobName => jobName(`t-2026-01-02-0${hour}-00-00-AbCdEfG${letter}`)
const [ended, warm, other, unknown, young] = [job('a', 0), job('b', 1), job('c', 2), job('d', 3), job('e', 4)] as const

const held = (name: string, status: string, more: object = {}): JobState =>
  ({ name, machines: 2, createdAtMs: 5, warmPool: { status, keepSeconds: 60, settings: {} }, ...more }) as unknown as JobState

/** A platform with these jobs, and a note about each of them and of some more. */
async function platformWith(
  states: readonly JobState[],
  noted: readonly string[],
): Promise<{ platform: Platform; objects: ReturnType<typeof memoryObjects>; kept: unknown[] }> {
  const objects = memoryObjects()
  const kept: unknown[] = []
  for (const name of noted)
    await objects.write(`${warmNotes(place).folder}${name}` as never, { kind: 'bytes', bytes: Buffer.from('{}') })
  const describe = async ({ name }: { readonly name: string }): Promise<JobState | undefined> =>
    states.find((state) => state.name === name)
  const keepWarm = async (...given: unknown[]): Promise<void> => void kept.push(given.slice(0, 2))
  return { platform: { objects, jobs: { describe, keepWarm } } as unknown as Platform, objects, kept }
}
const { signal } = new AbortController()

test('jobs that hold machines are found by their notes, and notes of those that hold none any more go', async () => {
  const states = [held(ended, 'terminated'), held(warm, 'available'), held(other, 'in-use')]
  const { platform, objects } = await platformWith(states, [ended, warm, other, unknown, young, '-no-job-'])
  const found = await notedPools(place, platform, signal, nowMs)
  expect(found.map(({ name }) => name)).toEqual([other, warm])
  // A job that nobody knows may be about to be submitted, if its note is young.
  expect(objects.removes.map((uri) => uri.split('/').at(-1))).toEqual([ended])
  const later = await notedPools(place, platform, signal, nowMs + 3_600_001)
  expect(later).toHaveLength(2)
  expect(objects.removes.map((uri) => uri.split('/').at(-1))).toEqual([ended, unknown, young])
})

test('a pool says what it has, until when, and is ended by its job', async () => {
  const states = [
    held(warm, 'available', { instanceType: 'ml.g5.xlarge', endedAtMs: 1_000, warmSeconds: 30 }),
    held(other, 'in-use', { createdAtMs: 6 }),
  ]
  const { platform, kept } = await platformWith(states, [warm, other])
  const pools = await listWarmPools('p', { platform, bucket: 'bucket' })
  expect(pools).toMatchObject([
    { task: 't', job: other, status: 'in-use', machines: 2, keptSeconds: 0 },
    { task: 't', job: warm, status: 'available', instanceType: 'ml.g5.xlarge', untilMs: 61_000, keptSeconds: 30 },
  ])
  expect(pools[0]).not.toHaveProperty('untilMs')
  await pools[1]?.end()
  expect(kept).toEqual([[{ kind: 'training', name: warm }, 0]])
})

test('where no machines are kept, or no bucket is there yet, there is no pool; what else goes wrong is said', async () => {
  const { platform } = await platformWith([], [])
  expect(await listWarmPools('p', { platform: { ...platform, jobs: {} } as unknown as Platform })).toEqual([])
  const failing = (code: 'OBJECT_MISSING' | 'USAGE'): Platform => ({
    ...platform,
    objects: {
      ...platform.objects,
      list: () => {
        throw new SsmError(code, 'no')
      },
    },
  })
  expect(await notedPools(place, failing('OBJECT_MISSING'), signal, nowMs)).toEqual([])
  await expect(notedPools(place, failing('USAGE'), signal, nowMs)).rejects.toThrow('no')
})
