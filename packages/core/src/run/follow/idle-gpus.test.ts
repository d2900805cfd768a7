import { expect, test } from 'vitest'
import { jobName } from '../../names/job-name.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { JobState, UsageSample } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { RunHappening } from '../../events/run-event.ts'
import { idleHint } from '../lookup/usage.ts'
import { idleGpus } from './idle-gpus.ts'

const minute = 60_000
const name = jobName('train-1')
const state = (more: Partial<JobState> = {}): JobState =>
  ({
    kind: 'training',
    name,
    status: 'in-progress',
    machines: 1,
    instanceType: 'ml.g5.xlarge',
    createdAtMs: 0,
    startedAtMs: 0,
    ...more,
  }) as JobState
const ended = (atMinutes: number, more: Partial<JobState> = {}): JobState =>
  state({ status: 'completed', endedAtMs: atMinutes * minute, ...more })

/** A job of an account whose time passes when somebody sleeps; what is measured of it, and what is told. */
function watched(percent: number, usage?: () => Promise<readonly UsageSample[]>) {
  const told: string[] = []
  const asked: number[] = []
  const time = { now: 0, until: Infinity }
  const samples = (): readonly UsageSample[] =>
    Array.from({ length: Math.floor(time.now / minute) }, (_, at) => ({ machine: 'algo-1', atMs: at, gpuPercent: percent }))
  const watch = idleGpus({
    platform: {
      jobs: {
        usage: () => {
          asked.push(time.now / minute)
          return usage?.() ?? Promise.resolve(samples())
        },
      },
    } as unknown as Platform,
    clock: {
      now: () => time.now,
      sleep: async (ms, signal) => {
        await new Promise(setImmediate)
        signal?.throwIfAborted()
        if (time.now + ms > time.until) return new Promise(() => undefined)
        time.now += ms
      },
    },
    tell: (event) => told.push((event as RunHappening & { readonly message: string }).message),
    signal: new AbortController().signal,
  })
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  }
  return { watch, told, asked, time, settle }
}

test('a running job whose GPUs idle is told once, in the words of the report, and asked about no more', async () => {
  const { watch, told, asked, settle } = watched(2)
  watch.seen(state({ startedAtMs: undefined as never }))
  watch.seen(state())
  watch.seen(state())
  await settle()
  const hint = idleHint(Array.from({ length: 15 }, () => ({ machine: 'algo-1', atMs: 0, gpuPercent: 2 })))
  expect(told).toEqual([`Job train-1: ${hint}`])
  await watch.ended(ended(90))
  expect(told).toHaveLength(1)
  expect(asked).toEqual([15])
})

test('a job whose GPUs work is asked about ever more rarely, and once at its end', async () => {
  const { watch, told, asked, time, settle } = watched(80)
  time.until = 4 * 60 * minute
  watch.seen(state())
  await settle()
  expect(asked).toEqual([15, 45, 105, 225])
  await watch.ended(ended(240))
  await settle()
  expect(asked).toHaveLength(5)
  expect(told).toEqual([])
})

test('a job of some minutes is told at its end; a shorter one, and one without GPUs, is not asked about', async () => {
  const { watch, told, asked, time } = watched(0)
  time.until = 0
  time.now = 6 * minute
  await watch.ended(ended(6))
  expect(told).toHaveLength(1)
  const short = watched(0)
  await short.watch.ended(ended(4))
  short.watch.seen(state({ instanceType: 'ml.m5.large' }))
  await short.watch.ended(ended(60, { instanceType: 'ml.m5.large' }))
  await short.settle()
  expect([...short.asked, ...short.told]).toEqual([])
  expect(asked).toEqual([6])
})

test('whoever may not read what machines use gets a run without the warning, and leaving ends the looking', async () => {
  const denied = watched(0, () => Promise.reject(new PlatformError('PLATFORM_DENIED', 'not for you')))
  denied.time.until = 20 * minute
  denied.watch.seen(state())
  await denied.settle()
  await denied.watch.ended(ended(60))
  expect(denied.asked).toEqual([15, 15])
  expect(denied.told).toEqual([])
  const left = watched(0)
  left.watch.seen(state())
  left.watch.close()
  await left.settle()
  expect(left.asked).toEqual([])
})
