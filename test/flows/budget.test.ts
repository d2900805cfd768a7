import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { project, type Budget, type Project, type RunEvent } from '@simple-sagemaker/core'
import { budgetOf } from '@simple-sagemaker/core/jobs'
import { local } from '@simple-sagemaker/core/local'
import { expect, test } from 'vitest'
import { failureOf, ownCache, sandbox, timeout, until, type Sandbox } from './flow.ts'

ownCache()

// A second of a machine costs a dollar: a job of at most a minute can cost 60.
const usdPerHour = { 'ml.m5.large': 3_600 }

function kept(place: Sandbox, budget: Budget): Project {
  const file = place.file('prices.json', JSON.stringify({ asOf: '2026-03-01', usdPerHour }))
  return project('p', { platform: local({ root: place.root }), prices: { file }, budget, defaults: { maxRun: '1 minute' } })
}
const stateOf = ({ root }: Sandbox) => budgetOf('p', { platform: local({ root }) })

test(
  'a job that fits runs and is settled with what it cost; one that does not fit is refused with every amount',
  { timeout },
  async () => {
    await using place = sandbox()
    const events: RunEvent[] = []
    const open = kept(place, { usd: 70 })
    const { cost } = await open
      .task('t')
      .shell('true')
      .run({ onEvent: (event) => events.push(event) })
    if (cost.kind === 'unknown') throw new Error(cost.because)
    const told = events.filter((event) => event.type === 'budget-changed')
    expect(told.map(({ because, reservedUsd }) => [because, reservedUsd])).toEqual([
      ['reserved', 60],
      ['settled', 0],
    ])
    expect(told[1]).toHaveProperty('spentUsd', expect.closeTo(cost.usd, 5))
    const before = place.objects()
    const refused = await failureOf(open.task('u').shell('true').instances('ml.m5.large', 2).run())
    expect(refused).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { budgetUsd: 70, reservedUsd: 0, neededUsd: 120 } })
    expect(refused.facts['missingUsd']).toBeCloseTo(50 + cost.usd, 5)
    expect(refused.message).toContain('Task u may cost 120.00 USD')
    // Nothing was started, and nothing is left of it but the lease.
    expect(place.jobs('u')).toEqual([])
    expect(place.objects().filter((path) => !before.includes(path) && !path.endsWith('.lease.json'))).toEqual([])
    expect((await open.task('t').shell('true').run()).decision.kind).toBe('skip')
  },
)

test('the attempts of one run are all within the budget', { timeout }, async () => {
  await using place = sandbox()
  const task = kept(place, { usd: 61 })
    .task('t')
    .shell('sleep 1.5; exit 75')
    .retry({ attempts: 3, on: ['exit 75'], pause: '1 second' })
  // The first may cost 60 and costs more than one: for the second there is not enough left but for its shorter time.
  expect((await failureOf(task.run())).code).toMatch(/^(JOB_FAILED|BUDGET_EXCEEDED)$/)
  const { spentUsd = 0, reservedUsd } = (await stateOf(place)) ?? {}
  expect(reservedUsd).toBe(0)
  expect(spentUsd).toBeLessThanOrEqual(61)
  expect(spentUsd).toBeGreaterThan(1.5)
})

test('tasks side by side and another client share one budget', { timeout }, async () => {
  await using place = sandbox()
  const budget = { usd: 130 }
  const [one, other] = [kept(place, budget), kept(place, budget)]
  // Those that fit run until the third was refused.
  const shell = `until [ -e ${join(place.folder, 'go')} ]; do sleep 0.05; done; sleep 1`
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'finished' && event.outcome.kind === 'failed') place.file('go', '')
  }
  const tasks = ['a', 'b'].map((name) => one.task(name).shell(shell))
  const outcomes = await Promise.all([
    one.addAll(tasks).run({ onEvent }),
    failureOr(other.task('c').shell(shell).run({ onEvent })),
  ])
  const ended = [...Object.values(outcomes[0].tasks as Record<string, { status: string; error?: unknown }>), outcomes[1]]
  // Two fit at one time, and three do not.
  expect(ended.filter(({ status }) => status === 'completed')).toHaveLength(2)
  expect(ended.filter(({ status }) => status === 'failed')).toMatchObject([{ error: { code: 'BUDGET_EXCEEDED' } }])
  expect(await stateOf(place)).toMatchObject({ reservedUsd: 0, openJobs: 0 })
})

const failureOr = (work: Promise<unknown>): Promise<{ readonly status: string; readonly error?: unknown }> =>
  work.then(
    () => ({ status: 'completed' }),
    (error: unknown) => ({ status: 'failed', error }),
  )

test('what a client left that went away is settled by the next one, by looking at the job', { timeout }, async () => {
  await using place = sandbox()
  const gone = await kept(place, { usd: 70 }).task('t').shell('true').start()
  const job = await gone.job()
  gone.detach()
  expect(await stateOf(place)).toMatchObject({ reservedUsd: 60, openJobs: 1 })
  const platform = local({ root: place.root })
  await until(async () => (await platform.jobs.describe(job))?.status === 'completed')
  const { decision } = await kept(place, { usd: 70 }).task('u').shell('true').run()
  expect(decision.kind).toBe('start')
  expect(await stateOf(place)).toMatchObject({ reservedUsd: 0, openJobs: 0 })
})

test(
  'a job whose price is not known is refused, unless the budget allows such jobs: then it is not counted',
  { timeout },
  async () => {
    await using place = sandbox()
    const refused = await failureOf(kept(place, { usd: 70 }).task('t').shell('true').instances('ml.g5.xlarge').run())
    expect(refused).toMatchObject({
      code: 'PRICE_UNKNOWN',
      facts: { because: expect.stringContaining('ml.g5.xlarge') as unknown },
    })
    const events: RunEvent[] = []
    const allowed = kept(place, { usd: 70, unknownPrices: 'allow' }).task('t').shell('true').instances('ml.g5.xlarge')
    await allowed.run({ onEvent: (event) => events.push(event) })
    expect(events.find(({ type }) => type === 'warned')).toMatchObject({
      message: expect.stringContaining('is not counted in the budget') as unknown,
    })
    expect((await stateOf(place))?.spentUsd ?? 0).toBe(0)
  },
)

test('a record of the budget that cannot be read starts nothing', { timeout }, async () => {
  await using place = sandbox()
  const open = kept(place, { usd: 70 })
  await open.task('t').shell('true').run()
  const path = join(place.root, 's3', place.objects().find((object) => object.endsWith('.budget.json')) ?? '')
  const whole = readFileSync(path, 'utf8')
  writeFileSync(path, whole.slice(1))
  expect((await failureOf(open.task('u').shell('true').run())).code).toBe('OBJECT_CORRUPT')
  expect(place.jobs('u')).toEqual([])
})
