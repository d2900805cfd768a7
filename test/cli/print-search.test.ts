import { project, range, type Platform, type SearchEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { eventPrinter, printEvents } from '../../packages/cli/src/print.ts'
import { searchAccount } from '../support/search-account.ts'
import { testContext } from './support/context.ts'

const taskOn = (platform: Platform) =>
  project('ex', { platform, bucket: 'bucket' })
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)

test('printEvents prints a search and variants: the beginning and the end of each trial beside what happens in it', async () => {
  const { platform } = searchAccount(({ x }) => [Number(x)]).client()
  const [one, other] = [testContext({ cwd: '/' }), testContext({ cwd: '/' })]
  const search = taskOn(platform)
    .search({ x: range.int(1, 2) })
    .minimize('loss')
    .trials(2)
    .parallel(1)
  const found = await search.run({ onEvent: eventPrinter(one, {}) })
  expect(found.best.hyperparameters).toEqual({ x: 1 })
  expect(one.stderr.text()).toMatch(/^· trial 1 \(train-[0-9a-z]{10}\) is started: x=[12]\n/)
  expect(one.stderr.text()).toMatch(/\n✓ trial 2 \(train-[0-9a-z]{10}\) completed: [12]\n$/)
  expect(one.stdout.text()).toContain('loss=1')
  const variants = taskOn(platform).variants([{ x: 1 }, { x: 3 }])
  const { best } = await variants.minimize('loss').run({ onEvent: eventPrinter(other, { logs: false }) })
  expect(best.hyperparameters).toEqual({ x: 1 })
  expect(other.stderr.text().match(/✓ trial \d \(train-[0-9a-z]{10}\) completed: [13]\n/g)).toHaveLength(2)
  expect(other.stdout.text()).toBe('')
})

test.each([
  ['failed', undefined, '✗ trial 1 (train-4fzk20q1mx) failed\n'],
  ['stopped-early', 0.5, '· trial 1 (train-4fzk20q1mx) stopped-early: 0.5\n'],
] as const)('printEvents marks a trial that %s, and prints none when it is quiet', (status, value, printed) => {
  const [loud, quiet] = [testContext({ cwd: '/' }), testContext({ cwd: '/' })]
  const ended = { type: 'trial-ended', atMs: 0, task: 'train-4fzk20q1mx', trial: 1, status } as const
  const event: SearchEvent = value === undefined ? ended : { ...ended, value }
  eventPrinter(loud, {})(event)
  eventPrinter(quiet, { quiet: true })(event)
  expect([loud.stderr.text(), quiet.stderr.text()]).toEqual([printed, ''])
})

test('printEvents can be given to runs and to searches', () => {
  const { platform } = searchAccount(() => [1]).client()
  const task = taskOn(platform)
  const search = task.search({ x: range.int(1, 2) }).minimize('loss')
  const runs: readonly (() => unknown)[] = [
    () => task.run({ onEvent: printEvents() }),
    () => search.run({ onEvent: printEvents() }),
    () => task.variants([{ x: 1 }]).run({ onEvent: printEvents() }),
  ]
  expect(runs).toHaveLength(3)
})
