import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { rateLimiter } from '../../packages/core/src/aws/rate-limiter.ts'
import { poller } from '../../packages/core/src/aws/jobs/poller.ts'
import { defaultRetryLimits } from '../../packages/core/src/aws/rate-limiter.ts'
import { jobName } from '../../packages/core/src/names/job-name.ts'
import { PlatformError } from '../../packages/core/src/platform/errors.ts'
import type { JobRef, JobState } from '../../packages/core/src/platform/jobs.ts'
import type { Clock } from '../../packages/core/src/time/clock.ts'
import { fakeClock } from '../support/aws/fake-clock.ts'

const hour = 3_600_000
const minute = 60_000

const running = {
  status: 'in-progress',
  phase: 'Training',
  phases: [],
  machines: 1,
  createdAtMs: 0,
  interruptions: 0,
  finalMetrics: [],
} as const
const done = { ...running, status: 'completed', phase: 'Completed' } as const

/** A service that throttles above a rate, answers after a moment, and holds jobs that end at known times. */
function service(clock: Clock, perSecond: number) {
  const endsAtMs = new Map<string, number>()
  let tokens = perSecond
  let filledAtMs = clock.now()
  const counts = { calls: 0, throttled: 0 }
  const describe = async (job: JobRef): Promise<JobState> => {
    counts.calls += 1
    tokens = Math.min(perSecond, tokens + ((clock.now() - filledAtMs) / 1_000) * perSecond)
    filledAtMs = clock.now()
    if (tokens < 1) {
      counts.throttled += 1
      throw new PlatformError('PLATFORM_THROTTLED', 'slow down')
    }
    tokens -= 1
    await clock.sleep(120)
    const endedAtMs = endsAtMs.get(job.name) ?? Infinity
    return endedAtMs <= clock.now() ? { ...job, ...done, endedAtMs } : { ...job, ...running }
  }
  return { endsAtMs, counts, describe }
}

const jobNamed = (index: number): JobRef => ({ kind: 'training', name: jobName(`job-${index}`) })
const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

test('a thousand jobs on one poller for an hour: no throttle, each end seen within 15 s, memory flat', async () => {
  const clock = fakeClock({ grainMs: 100 })
  const random = seeded(7)
  const aws = service(clock, 100)
  const own = rateLimiter({ perSecond: 80, burst: 20, clock })
  const one = poller({
    describe: aws.describe,
    rateLimiter: own,
    clock,
    retryLimits: defaultRetryLimits,
    onExpired: () => undefined,
    random,
  })
  const delays: number[] = []
  const watchers: Promise<void>[] = []
  let jobMinutes = 0
  for (let index = 0; index < 1_000; index += 1) {
    const job = jobNamed(index)
    // Nine of ten outlive the hour; the others end at any moment of it.
    const endsAfterMs = index % 10 === 0 ? minute + random() * (hour - 2 * minute) : hour + random() * minute
    const endsAtMs = clock.now() + endsAfterMs
    jobMinutes += Math.min(endsAfterMs, hour) / minute
    aws.endsAtMs.set(job.name, endsAtMs)
    const watch = async (): Promise<void> => {
      for await (const state of one.watch(job)) if (state.status === 'completed') delays.push(clock.now() - endsAtMs)
    }
    watchers.push(watch())
  }
  await clock.pass(5 * minute)
  const heapBefore = heapBytes()
  await clock.pass(55 * minute)
  const heapAfter = heapBytes()
  const { calls } = aws.counts
  await clock.pass(2 * minute)
  await Promise.all(watchers)

  const perJobMinute = calls / jobMinutes
  const apart = minute / 5_000
  console.info(
    `1 000 jobs, one hour: ${calls} calls, ${perJobMinute.toFixed(2)} per job-minute on one poller; one poller per job would make ${apart} (${Math.round((1_000 * apart) / 60)} calls a second, ${(apart / perJobMinute).toFixed(1)} times as many)`,
  )
  console.info(
    `ends seen after ${Math.round(Math.max(...delays))} ms at most, ${Math.round(delays.reduce((sum, ms) => sum + ms, 0) / delays.length)} ms on average; heap ${((heapAfter - heapBefore) / 1e6).toFixed(1)} MB over 55 minutes`,
  )
  expect(delays).toHaveLength(1_000)
  expect(aws.counts.throttled).toBe(0)
  expect(Math.max(...delays)).toBeLessThanOrEqual(15_000)
  expect(one.size()).toBe(0)
  expect(heapAfter - heapBefore).toBeLessThan(10e6)
  await one[Symbol.asyncDispose]()
}, 120_000)

test('one poller per job at the same promptness would be throttled by the same service', async () => {
  const clock = fakeClock({ grainMs: 100 })
  const aws = service(clock, 100)
  const apart = Array.from({ length: 1_000 }, (_, index) =>
    poller({
      describe: aws.describe,
      rateLimiter: rateLimiter({ perSecond: 80, burst: 20, clock }),
      clock,
      retryLimits: defaultRetryLimits,
      onExpired: () => undefined,
      random: seeded(index),
    }),
  )
  const watchers = apart.map(async (one, index) => {
    for await (const state of one.watch(jobNamed(index))) expect(state.status).toBe('in-progress')
  })
  const ends = Promise.allSettled(watchers)
  await clock.pass(minute)
  expect(aws.counts.throttled).toBeGreaterThan(100)
  for (const one of apart) void one[Symbol.asyncDispose]()
  await clock.pass(minute)
  expect((await ends).every(({ status }) => status === 'rejected')).toBe(true)
})

test('a poller that is throttled slows down and still sees every end', async () => {
  const clock = fakeClock({ grainMs: 100 })
  const aws = service(clock, 10)
  const own = rateLimiter({ perSecond: 80, burst: 20, clock })
  const one = poller({
    describe: aws.describe,
    rateLimiter: own,
    clock,
    retryLimits: defaultRetryLimits,
    onExpired: () => undefined,
    random: seeded(3),
  })
  let ended = 0
  const watchers = Array.from({ length: 200 }, async (_, index) => {
    aws.endsAtMs.set(jobNamed(index).name, clock.now() + 10 * minute)
    for await (const state of one.watch(jobNamed(index))) if (state.status === 'completed') ended += 1
  })
  await clock.pass(10 * minute)
  const share = aws.counts.throttled / aws.counts.calls
  await clock.pass(5 * minute)
  await Promise.all(watchers)
  console.info(`throttled at 10 calls a second: ${aws.counts.calls} calls, ${(share * 100).toFixed(1)} % refused`)
  expect(ended).toBe(200)
  expect(share).toBeLessThan(0.35)
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void // what the flag exposes

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
