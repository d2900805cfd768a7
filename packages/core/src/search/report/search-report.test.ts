import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { withoutTrials } from '../../../report-page/without-trials.ts'
import { local } from '../../local/index.ts'
import { project } from '../../project/project.ts'
import { choice, range } from '../../project/search/space.ts'
import type { ReportDocument } from '../../run/report/report-document.ts'
import { reportOf } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-search-report-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const prices = { priceOf: () => Promise.resolve({ usdPerHour: 3600, from: 'a test' }) }

test(
  'the report of a searched task shows its trials and the best job, and the trials are no tasks of the project',
  { timeout: 60_000 },
  async () => {
    await using platform = local({ root })
    const ex = project('s', { platform, prices })
    const search = ex
      .task('train')
      .shell('echo loss=$SM_HP_LR; [ "$SM_HP_OPT" != bad ]')
      .metric('loss', 'loss=([0-9.]+)')
      .search({ lr: range.float(0.1, 0.9), opt: choice('good', 'bad') })
      .minimize('loss')
      .trials(3)
      .parallel(3)
      .tolerate(3)
      .seed(1)
    const found = await search.run()
    await ex.task('other').shell('echo').run()

    const report = await reportOf({ platform, project: 's', task: 'train' }, { prices })
    expect(report).toMatchObject({ about: 'task', task: 'train' })
    const [one, ...others] = report.searches
    expect(others).toEqual([])
    expect(one).toMatchObject({
      task: 'train',
      goal: { metric: 'loss', direction: 'minimize' },
      parameters: [
        { name: 'lr', kind: 'range', scale: 'float', min: 0.1, max: 0.9 },
        { name: 'opt', kind: 'choice', values: ['good', 'bad'] },
      ],
      importance: { kind: 'unknown' },
      cost: { kind: 'known', pricesFrom: 'a test' },
    })
    expect(one?.trials.map(({ number, value, status }) => [number, value, status])).toEqual(
      found.trials.map(({ number, value, status }) => [number, value, status]),
    )
    expect(one?.trials.some(({ status }) => status === 'failed')).toBe(true)
    expect(one?.trials[0]?.values['lr']).toBeTypeOf('number')
    expect(one?.trials.find(({ number }) => number === one.best)?.job).toBe(found.best.job)
    expect(report.jobs.map(({ state }) => state.name)).toEqual([found.best.job])
    expect(report.jobs[0]?.cost).toMatchObject({ kind: 'known' })
    expect(report.jobs[0]?.attempts).toMatchObject([{ machines: 1, cost: { kind: 'known' } }])

    const whole = await reportOf({ platform, project: 's' })
    expect(whole.jobs.map(({ task }) => task).toSorted()).toEqual(['other', found.best.task].toSorted())
    expect(whole.searches).toHaveLength(1)
    // Its page shows the job of the best trial, and not as a task.
    const edges = [{ from: 'other', to: found.best.task, channel: 'x' }]
    const tasks = withoutTrials({ ...whole, edges })
    expect([tasks.jobs.map(({ task }) => task), tasks.edges]).toEqual([['other'], []])
    expect(whole.searches[0]?.cost).toMatchObject({ kind: 'unknown' })

    const file = join(root, 'search.html')
    await found.report(file)
    const shown = documentIn(readFileSync(file, 'utf8'))
    expect(shown.searches[0]?.trials.map(({ values }) => values)).toEqual(one?.trials.map(({ values }) => values))
    expect(shown.searches[0]).toMatchObject({ best: one?.best, cost: { kind: 'known' } })
  },
)

test('variants by hand have a report too, with or without a metric to go by', { timeout: 60_000 }, async () => {
  await using platform = local({ root })
  const task = project('v', { platform }).task('t').shell('echo loss=$SM_HP_LR').metric('loss', 'loss=([0-9.]+)')
  const found = await task.variants([{ lr: 1 }, { lr: 2, deep: true }]).run()
  const file = join(root, 'variants.html')
  await found.report(file)
  const { searches } = documentIn(readFileSync(file, 'utf8'))
  expect(searches[0]?.parameters).toEqual([
    { name: 'lr', kind: 'choice', values: ['1', '2'] },
    { name: 'deep', kind: 'choice', values: ['true'] },
  ])
  expect(searches[0]?.trials.map(({ values }) => values)).toEqual([{ lr: '1' }, { lr: '2', deep: 'true' }])
  expect(searches[0]?.best).toBeUndefined()
})

const documentIn = (page: string): ReportDocument =>
  JSON.parse(/<script type="application\/json" id="report">(.*)<\/script>/.exec(page)?.[1] ?? '') as ReportDocument
