import { project, range } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { searchAccount } from '../support/search-account.ts'
import { ownCache } from './flow.ts'

ownCache()

test(
  'a thousand trials, eight at a time: each is started once, and no call is made more often than its trial needs',
  { timeout: 240_000 },
  async () => {
    const account = searchAccount(({ x, y }) => [1, 2, 3].map((step) => (Number(x) - 2) ** 2 + (Number(y) - 1) ** 2 + 1 / step))
    const { platform } = account.client()
    const calls = { describe: 0, start: 0 }
    const counted = {
      ...platform,
      jobs: {
        ...platform.jobs,
        start: (...args: Parameters<typeof platform.jobs.start>) => ((calls.start += 1), platform.jobs.start(...args)),
        describe: (...args: Parameters<typeof platform.jobs.describe>) => (
          (calls.describe += 1),
          platform.jobs.describe(...args)
        ),
      },
    }
    const search = project('ex', { platform: counted, bucket: 'bucket' })
      .task('train')
      .shell('true')
      .metric('loss', /loss=([0-9.]+)/)
      .search({ x: range.float(0, 4), y: range.float(0, 4) })
      .minimize('loss')
      .trials(1_000)
      .parallel(8)
    const found = await search.run()
    expect(found.trials.map(({ status }) => status)).toEqual(Array.from({ length: 1_000 }, () => 'completed'))
    expect(account.jobs).toHaveLength(1_000)
    expect(calls.start).toBe(1_000)
    expect(calls.describe).toBeLessThanOrEqual(2_000)
    expect(account.mostAtOnce).toBeLessThanOrEqual(8)
    expect(found.best.metrics.loss ?? 1).toBeLessThan(0.35)
    const again = await search.run()
    expect(again.best.job).toBe(found.best.job)
    expect(calls.start).toBe(1_000)
  },
)
