import { project, range, type Platform } from '@simple-sagemaker/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountClient } from '../support/mortal-platform.ts'
import { searchAccount } from '../support/search-account.ts'
import { ownCache } from './flow.ts'

ownCache()

const inOrder = (one: string | undefined, other: string | undefined): number => (one ?? '').localeCompare(other ?? '')

const taskOn = (platform: Platform) =>
  project('ex', { platform, bucket: 'bucket' })
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)

test(
  'a client that is killed ten times, at any of its calls, loses no trial and repeats none',
  { timeout: 600_000 },
  async () => {
    const lives = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 10, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(lives, fc.boolean(), async (calls, stopsEarly) => {
        const account = searchAccount(({ x }) => [1, 2, 3, 4].map((step) => (Number(x) - 2) ** 2 + 1 / step))
        const searchOf = (client: AccountClient) => {
          const search = taskOn(client.platform)
            .search({ x: range.int(0, 29) })
            .minimize('loss')
            .trials(30)
            .parallel(3)
          return stopsEarly ? search.stopEarly({ factor: 2 }) : search
        }
        for (const callsToLive of calls) {
          const client = account.client(callsToLive)
          expect(await Promise.race([searchOf(client).run(), client.death])).toBe('dead')
        }
        const found = await searchOf(account.client()).run()
        expect(found.trials.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
        expect(found.best.hyperparameters).toEqual({ x: 2 })
        expect(found.trials.every(({ status }) => status === 'completed' || status === 'stopped-early')).toBe(true)
        // Each value was run by one job, and the job that is named is that one.
        expect(
          account.jobs.map(({ hyperparameters }) => Number(hyperparameters['x'])).toSorted((one, other) => one - other),
        ).toEqual(Array.from({ length: 30 }, (_, x) => x))
        expect(found.trials.map(({ job }) => job).toSorted(inOrder)).toEqual(
          account.jobs.map(({ name }) => name).toSorted(inOrder),
        )
        expect([...account.states.values()].every(({ status }) => status === 'completed' || status === 'stopped')).toBe(true)
      }),
      { numRuns: 4 },
    )
  },
)

/** A service that takes so many calls a second, and some more at once. It counts those that it would refuse. */
function bucket(perSecond: number, burst: number, seconds: () => number) {
  const state = { left: burst, at: 0, throttled: 0 }
  return {
    take(): void {
      state.left = Math.min(burst, state.left + (seconds() - state.at) * perSecond)
      state.at = seconds()
      if (state.left < 1) state.throttled += 1
      else state.left -= 1
    },
    throttled: () => state.throttled,
  }
}

test(
  'a thousand trials, eight at a time, are never throttled: each is started once, and no call is made more often than its trial needs',
  { timeout: 600_000 },
  async () => {
    const account = searchAccount(({ x, y }) => [1, 2, 3].map((step) => (Number(x) - 2) ** 2 + (Number(y) - 1) ** 2 + 1 / step))
    const { platform } = account.client()
    const calls = { describe: 0, start: 0 }
    // A job takes a minute: with eight at once one ends every 7.5 seconds.
    const seconds = (): number => 7.5 * [...account.states.values()].filter(({ status }) => status === 'completed').length
    const service = { start: bucket(1, 10, seconds), describe: bucket(4, 20, seconds) }
    const counted = {
      ...platform,
      jobs: {
        ...platform.jobs,
        start: (...args: Parameters<typeof platform.jobs.start>) => (
          (calls.start += 1),
          service.start.take(),
          platform.jobs.start(...args)
        ),
        describe: (...args: Parameters<typeof platform.jobs.describe>) => (
          (calls.describe += 1),
          service.describe.take(),
          platform.jobs.describe(...args)
        ),
      },
    }
    const search = taskOn(counted)
      .search({ x: range.float(0, 4), y: range.float(0, 4) })
      .minimize('loss')
      .trials(1_000)
      .parallel(8)
    const found = await search.run()
    expect(found.trials.map(({ status }) => status)).toEqual(Array.from({ length: 1_000 }, () => 'completed'))
    expect(account.jobs).toHaveLength(1_000)
    expect(calls.start).toBe(1_000)
    expect(calls.describe).toBeLessThanOrEqual(2_000)
    expect([service.start.throttled(), service.describe.throttled()]).toEqual([0, 0])
    expect(account.mostAtOnce).toBeLessThanOrEqual(8)
    expect(found.best.metrics.loss ?? 1).toBeLessThan(0.35)
    const again = await search.run()
    expect(again.best.job).toBe(found.best.job)
    expect(calls.start).toBe(1_000)
  },
)
