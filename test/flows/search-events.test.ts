import { project, range, type Platform, type SearchEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { searchAccount, type SearchAccount } from '../support/search-account.ts'
import { tunerAccount } from '../support/tuner-account.ts'
import { ownCache } from './flow.ts'

ownCache()

const taskOf = ({ platform }: { readonly platform: Platform }) =>
  project('ex', { platform, bucket: 'bucket' })
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)

const searchOn = (account: SearchAccount) =>
  taskOf(account.client())
    .search({ x: range.int(0, 3) })
    .minimize('loss')
    .trials(4)
    .parallel(2)

test.each(['trial-started', 'decided', 'submitted', 'measured', 'finished', 'trial-ended'] as const)(
  'what onEvent throws at %s rejects the search with it, and its trials go on',
  async (type) => {
    const account = searchAccount(({ x = '1' }) => [Number(x), Number(x) + 1])
    const thrown = new Error('no room')
    const onEvent = (event: SearchEvent): void => {
      if (event.type === type) throw thrown
    }
    const search = searchOn(account)
    await expect(search.run({ onEvent })).rejects.toBe(thrown)
    expect([...account.states.values()].some(({ status }) => status === 'stopped')).toBe(false)
    const found = await search.run()
    expect(found.trials.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'completed'])
  },
)

test.each(['trial-started', 'trial-ended'] as const)(
  'what onEvent throws at %s rejects variants and a search on the tuner of SageMaker, too',
  async (type) => {
    const thrown = new Error('no room')
    const onEvent = (event: SearchEvent): void => {
      if (event.type === type) throw thrown
    }
    const account = searchAccount(() => [1])
    const variants = taskOf(account.client()).variants([{ x: 1 }, { x: 2 }])
    await expect(variants.run({ onEvent })).rejects.toBe(thrown)
    await expect(variants.minimize('loss').run({ onEvent })).rejects.toBe(thrown)
    const tuned = taskOf({ platform: tunerAccount().platform })
      .search({ lr: range.log(1e-5, 1e-1) })
      .minimize('loss')
      .trials(2)
      .parallel(2)
    await expect(tuned.on('sagemaker').run({ onEvent })).rejects.toBe(thrown)
  },
)

test('trials of a search that was left are running still', async () => {
  const account = searchAccount(() => Array.from({ length: 500 }, () => 1))
  const handle = await searchOn(account).start()
  for await (const event of handle.events()) {
    if (event.type !== 'measured' || handle.trials().length < 2) continue
    handle.detach()
    break
  }
  await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_ABORTED' })
  expect(handle.trials().map(({ status }) => status)).toEqual(['running', 'running'])
})

test('a search that its caller stopped before a trial completed says so', async () => {
  const account = searchAccount(() => Array.from({ length: 500 }, () => 1))
  const handle = await searchOn(account).start()
  for await (const event of handle.events()) if (event.type === 'measured') break
  await handle.stop()
  await expect(handle.result()).rejects.toMatchObject({
    code: 'SEARCH_FAILED',
    message: 'The search of train was stopped before a trial completed',
    hint: expect.stringContaining('Run it again') as string,
  })
})
