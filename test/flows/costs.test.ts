import { project, type PriceChoice, type Project, type RunEvent } from '@simple-sagemaker/core'
import { openJobCosts, totalOf } from '@simple-sagemaker/core/jobs'
import { local } from '@simple-sagemaker/core/local'
import { expect, test } from 'vitest'
import { failureOf, ownCache, sandbox, timeout, type Sandbox } from './flow.ts'

ownCache()

const usdPerHour = { 'ml.m5.large': 3_600, 'ml.t3.medium': { processing: 360 } }
/** A project on the sandbox's platform that knows prices. */
const priced = ({ root }: Sandbox, { prices: from }: { readonly prices: PriceChoice }): Project =>
  project('p', { platform: local({ root }), prices: from })

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const prices = JSON.stringify({ asOf: '2026-03-01', usdPerHour })

test('a run says before what it can cost at most, and after what it cost', { timeout }, async () => {
  await using place = sandbox()
  const file = place.file('prices.json', prices)
  const events: RunEvent[] = []
  const task = priced(place, { prices: { file } }).task('t').shell('true').instances('ml.m5.large', 2).maxRun('1 minute')
  expect((await task.plan()).cost).toMatchObject({
    kind: 'known',
    ceilingUsd: 120,
    machines: 2,
    pricesFrom: file,
    pricesAsOf: '2026-03-01',
  })
  const { cost, job } = await task.run({ onEvent: (event) => events.push(event) })
  if (cost.kind === 'unknown') throw new Error(cost.because)
  expect(cost).toMatchObject({ ceilingUsd: 120, savedUsd: 0, warmUsd: 0, isFinal: true, usdPerHour: 7_200 })
  expect(cost.usd).toBeGreaterThan(0)
  expect(cost.usd).toBeLessThan(120)
  expect(cost.usd).toBeCloseTo(cost.billedMachineSeconds)
  const told = events.filter(({ type }) => type === 'priced' || type === 'cost-changed' || type === 'submitted')
  expect(told.map(({ type }) => type)).toEqual(['priced', 'submitted', ...told.slice(2).map(() => 'cost-changed')])
  expect(told[0]).toMatchObject({ job, ceiling: { ceilingUsd: 120 } })
  expect(told.at(-1)).toMatchObject({ type: 'cost-changed', job, cost: { usd: cost.usd, isFinal: true } })
})

test('a run that is skipped says what its job cost then, and nothing is told', { timeout }, async () => {
  await using place = sandbox()
  const open = priced(place, { prices: { file: place.file('prices.json', prices) } })
  const task = open.processing('t').entrypoint(['/bin/sh']).args('-c', 'true')
  const first = await task.run()
  const events: RunEvent[] = []
  const second = await task.run({ onEvent: (event) => events.push(event) })
  expect(second.decision.kind).toBe('skip')
  expect(second.cost).toEqual(first.cost)
  expect(events.filter(({ type }) => type === 'priced' || type === 'cost-changed')).toEqual([])
})

test('every attempt of a run costs, and the run costs what they cost together', { timeout }, async () => {
  await using place = sandbox()
  const open = priced(place, { prices: { file: place.file('prices.json', prices) } })
  const { attempts, cost } = await open
    .task('t')
    .shell('test -e "$SSM_STATE/x" || { touch "$SSM_STATE/x"; exit 75; }')
    .retry({ attempts: 2, on: ['exit 75'], pause: '1 second' })
    .run()
  expect(attempts).toHaveLength(2)
  const sum = attempts.reduce((total, attempt) => total + (attempt.cost?.kind === 'known' ? attempt.cost.usd : Number.NaN), 0)
  expect(cost).toHaveProperty('usd', expect.closeTo(sum, 9))
  expect(cost).toHaveProperty('ceilingUsd', 3_600 * 24)
})

test('a job on this computer costs nothing, and without prices nobody knows', { timeout }, async () => {
  await using place = sandbox()
  const result = await priced(place, { prices: 'platform' }).task('t').shell('true').run()
  expect(result.cost).toMatchObject({ kind: 'known', usd: 0, ceilingUsd: 0, pricesFrom: 'this computer', notCounted: [] })
  const unasked = await place.project('p').task('t').shell('true').run()
  expect(unasked.cost).toMatchObject({ kind: 'unknown', because: expect.stringContaining('nobody asked') as unknown })
  expect(unasked.attempts[0]).not.toHaveProperty('cost')
})

test(
  'a price that is not known fails no run, and a file of prices that does not exist is refused before one',
  { timeout },
  async () => {
    await using place = sandbox()
    const others = place.file('prices.json', '{ "asOf": "2026-01-01", "usdPerHour": { "ml.x9.large": 1 } }')
    const { cost } = await priced(place, { prices: { file: others } })
      .task('t')
      .shell('true')
      .run()
    expect(cost).toMatchObject({ kind: 'unknown', because: expect.stringContaining('no price of ml.m5.large') as unknown })
    const lost = priced(place, { prices: { file: `${place.folder}/none.json` } })
    expect(await failureOf(lost.task('t').shell('true').run({ force: true }))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('none.json does not exist') as unknown,
    })
    const open = priced(place, { prices: { priceOf: () => Promise.reject(new Error('gone')) } })
    const failure = await failureOf(open.task('u').shell('exit 3').run())
    expect(failure.code).toBe('JOB_FAILED')
  },
)

test('stored jobs have their costs and tags, whoever asks and whenever', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  await open.task('t').shell('true').tag('team', 'vision').run()
  await failureOf(open.task('t').shell('exit 1').run())
  const costs = openJobCosts({ platform: local({ root: place.root }) }, { file: place.file('prices.json', prices) })
  const found = await all(costs.jobs('p', 't'))
  expect(found.map(({ job, tags }) => [job.status, tags])).toEqual([
    ['failed', {}],
    ['completed', { team: 'vision' }],
  ])
  const total = totalOf([...found.map(({ cost }) => cost), { kind: 'unknown', because: 'x' }])
  expect(total).toMatchObject({ jobs: 3, unknownJobs: 1, savedUsd: 0, warmUsd: 0 })
  expect(total.usd).toBeGreaterThan(0)
  expect(await all(costs.jobs('p', 'none'))).toEqual([])
})
