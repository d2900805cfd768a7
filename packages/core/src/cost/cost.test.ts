import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { isSsmError } from '../errors/ssm-error.ts'
import { jobName } from '../names/job-name.ts'
import type { JobRequest, JobState } from '../platform/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { Cost } from '../spec/money/cost.ts'
import { costOf, runCost, sumOfCosts } from './billed.ts'
import { ceilingOf, machinesOf, type PriceAnswer } from './ceiling.ts'
import { openPrices } from './choice.ts'
import { filePrices, priceTable } from './file-prices.ts'
import { moneySettings } from './settings.ts'

const usd: Readonly<Record<string, number>> = { 'ml.m5.large': 0.115, 'ml.g5.xlarge': 1.4, 'ml.g4dn.xlarge': 0.7 }
const priceOf = (type: string): PriceAnswer =>
  usd[type] === undefined ? { because: `no price of ${type}` } : { usdPerHour: usd[type], from: 'a test', asOf: '2026-01-01' }

const training = (ResourceConfig: object, StoppingCondition: object = { MaxRuntimeInSeconds: 7_200 }): JobRequest => ({
  kind: 'training',
  input: { ResourceConfig, StoppingCondition } as Extract<JobRequest, { kind: 'training' }>['input'],
})

test.each([
  ['one type', { InstanceType: 'ml.m5.large', InstanceCount: 3 }, 0.115 * 3 * 2, 'ml.m5.large', 3],
  [
    'of several types the dearest',
    { InstancePreferences: [{ InstanceType: 'ml.g4dn.xlarge' }, { InstanceType: 'ml.g5.xlarge' }], InstanceCount: 2 },
    1.4 * 2 * 2,
    'ml.g5.xlarge',
    2,
  ],
  [
    'of several types with numbers of their own the dearest together',
    {
      InstancePreferences: [
        { InstanceType: 'ml.g4dn.xlarge', InstanceCount: 4 },
        { InstanceType: 'ml.g5.xlarge', InstanceCount: 1 },
      ],
    },
    0.7 * 4 * 2,
    'ml.g4dn.xlarge',
    4,
  ],
  [
    'all groups of a job',
    {
      InstanceGroups: [
        { InstanceType: 'ml.g5.xlarge', InstanceCount: 1 },
        { InstanceType: 'ml.m5.large', InstanceCount: 2 },
      ],
    },
    (1.4 + 0.115 * 2) * 2,
    'ml.g5.xlarge',
    3,
  ],
])('a ceiling is the price of %s for the whole time', (_, resources, ceilingUsd, instanceType, machines) => {
  const ceiling = ceilingOf(machinesOf(training(resources)), priceOf)
  expect(ceiling).toMatchObject({
    kind: 'known',
    instanceType,
    machines,
    maxSeconds: 7_200,
    warmCeilingUsd: 0,
    pricesAsOf: '2026-01-01',
  })
  expect(ceiling).toHaveProperty('ceilingUsd', expect.closeTo(ceilingUsd, 9))
})

test('machines that are kept warm are counted apart', () => {
  const kept = { InstanceType: 'ml.g5.xlarge', InstanceCount: 2, KeepAlivePeriodInSeconds: 1_800 }
  expect(ceilingOf(machinesOf(training(kept)), priceOf)).toMatchObject({ ceilingUsd: 5.6, warmCeilingUsd: 1.4 })
})

test('a request without a limit has that of SageMaker, and a processing job its own machines', () => {
  const input = { ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } } }
  const rented = machinesOf({ kind: 'processing', input: input as Extract<JobRequest, { kind: 'processing' }>['input'] })
  expect(rented).toEqual({
    use: 'processing',
    alternatives: [[{ instanceType: 'ml.m5.large', machines: 2 }]],
    maxSeconds: 86_400,
    warmSeconds: 0,
  })
})

test('one type without a price makes a ceiling unknown, and so does a request without machines', () => {
  const mixed = { InstancePreferences: [{ InstanceType: 'ml.m5.large' }, { InstanceType: 'ml.x9.large' }], InstanceCount: 1 }
  expect(ceilingOf(machinesOf(training(mixed)), priceOf)).toEqual({ kind: 'unknown', because: 'no price of ml.x9.large' })
  expect(ceilingOf(machinesOf(training({})), priceOf)).toMatchObject({ kind: 'unknown' })
})

const job: JobState = {
  kind: 'training',
  name: jobName('t-2026-01-02-03-04-05-AbCdEfGh'),
  status: 'completed',
  phase: 'Completed',
  phases: [],
  machines: 2,
  createdAtMs: 0,
  startedAtMs: 1_000_000,
  endedAtMs: 4_600_000,
  interruptions: 0,
  finalMetrics: [],
}
const price: PriceAnswer = { usdPerHour: 2, from: 'a test' }

test.each<readonly [string, Partial<JobState>, object]>([
  ['on demand: all its time', {}, { usd: 4, savedUsd: 0, isFinal: true, billedMachineSeconds: 7_200 }],
  ['spot: what is billed, and the rest was saved', { billableSeconds: 900, runSeconds: 3_600 }, { usd: 1, savedUsd: 3 }],
  ['warm: apart', { billableSeconds: 3_600, warmSeconds: 1_800 }, { usd: 4, warmUsd: 2 }],
  ['a job that got no machines: nothing', { startedAtMs: undefined as never, status: 'failed' }, { usd: 0, savedUsd: 0 }],
])('a job costs, %s', (_, change, expected) => {
  const state = Object.fromEntries(Object.entries({ ...job, ...change }).filter(([, value]) => value !== undefined))
  expect(costOf(state as unknown as JobState, price, 9e9)).toMatchObject({ kind: 'known', ...expected })
})

test('a running job costs what it ran so far', () => {
  const { endedAtMs: _, ...rest } = job
  expect(costOf({ ...rest, status: 'in-progress' }, price, 1_900_000)).toMatchObject({ usd: 1, isFinal: false })
})

test('where machines cost nothing, nothing is left out', () => {
  expect(costOf(job, { usdPerHour: 0, from: 'here' }, 0)).toMatchObject({ usd: 0, notCounted: [] })
  expect(costOf(job, price, 0)).toMatchObject({ notCounted: expect.arrayContaining(['disks']) as unknown })
})

test('costs add up, and one that is unknown makes their sum unknown', () => {
  const known = fc.record({ seconds: fc.nat(100_000), machines: fc.integer({ min: 1, max: 9 }) })
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 5 }), (jobs) => {
      const costs = jobs.map(({ seconds, machines }) =>
        costOf({ ...job, machines, endedAtMs: 1_000_000 + seconds * 1_000 }, price, 0),
      )
      const total = sumOfCosts(costs)
      const machineSeconds = jobs.reduce((sum, { seconds, machines }) => sum + seconds * machines, 0)
      expect(total).toMatchObject({ kind: 'known', billedMachineSeconds: machineSeconds })
      expect(total).toHaveProperty('usd', expect.closeTo((machineSeconds * 2) / 3_600, 6))
    }),
  )
  const unknown: Cost = { kind: 'unknown', because: 'x' }
  expect(sumOfCosts([costOf(job, price, 0), unknown])).toEqual(unknown)
  expect(runCost([costOf(job, price, 0)], unknown)).toEqual(unknown)
})

/** A platform of which only this is asked. */
const platform = (prices?: Platform['prices']): Platform =>
  ({ name: 'test', region: async () => 'eu-west-1', ...(prices === undefined ? {} : { prices }) }) as unknown as Platform

test('a source that fails, knows nothing, or tells nonsense makes a price unknown, with the reason', async () => {
  const question = { instanceType: 'ml.m5.large', use: 'training' } as const
  const fails = openPrices('platform', platform({ priceOf: () => Promise.reject(new Error('no network')) }))
  expect(await fails(question)).toEqual({ because: 'the price of ml.m5.large could not be found out: no network' })
  expect(await openPrices('platform', platform())(question)).toHaveProperty('because', expect.stringContaining('no prices'))
  const silent = openPrices({ priceOf: async () => undefined }, platform())
  expect(await silent(question)).toEqual({ because: 'there is no price of ml.m5.large for training in eu-west-1' })
  const odd = openPrices({ priceOf: async () => ({ usdPerHour: Number.NaN, from: 'x' }) }, platform())
  expect(await odd(question)).toHaveProperty('because')
})

test('a source that never answers is not waited for', async () => {
  vi.useFakeTimers()
  try {
    let isAborted = false
    const silent = openPrices(
      {
        priceOf: (_, { signal } = {}) => {
          signal?.addEventListener('abort', () => (isAborted = true))
          return new Promise(() => undefined)
        },
      },
      platform(),
    )
    const answer = silent({ instanceType: 'ml.m5.large', use: 'training' })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await answer).toHaveProperty('because', expect.stringContaining('no answer within 20 seconds'))
    expect(isAborted).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

test('a price is asked for once', async () => {
  let asked = 0
  const ask = openPrices({ priceOf: async () => ({ usdPerHour: ++asked, from: 'x' }) }, platform())
  const question = { instanceType: 'ml.m5.large', use: 'training' } as const
  await Promise.all([ask(question), ask(question), ask(question)])
  expect(asked).toBe(1)
})

test('a file has prices for both uses or for each, for one region or for all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-prices-'))
  try {
    const path = join(folder, 'prices.json')
    const usdPerHour = { 'ml.m5.large': 0.115, 'ml.t3.medium': { processing: 0.05 } }
    await writeFile(path, JSON.stringify({ asOf: '2026-03-01', region: 'eu-west-1', usdPerHour }))
    const { priceOf: price } = filePrices(path)
    const at = { region: 'eu-west-1' }
    expect(await price({ ...at, instanceType: 'ml.m5.large', use: 'training' })).toEqual({
      usdPerHour: 0.115,
      from: path,
      asOf: '2026-03-01',
    })
    expect(await price({ ...at, instanceType: 'ml.t3.medium', use: 'processing' })).toMatchObject({ usdPerHour: 0.05 })
    expect(await price({ ...at, instanceType: 'ml.t3.medium', use: 'training' })).toBeUndefined()
    expect(await price({ ...at, instanceType: 'constructor', use: 'training' })).toBeUndefined()
    expect(await price({ region: 'us-east-1', instanceType: 'ml.m5.large', use: 'training' })).toBeUndefined()
    await expect(filePrices(join(folder, 'none')).priceOf({ ...at, instanceType: 'x', use: 'training' })).rejects.toThrow(
      'does not exist',
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"asOf":"2026-03-01"}',
  '{"usdPerHour":{}}',
  '{"asOf":"yesterday","usdPerHour":{}}',
  '{"asOf":"2026-13-40","usdPerHour":{}}',
  '{"asOf":"2026-03-01","region":1,"usdPerHour":{}}',
  '{"asOf":"2026-03-01","usdPerHour":{"a":-1}}',
  '{"asOf":"2026-03-01","usdPerHour":{"a":"1"}}',
  '{"asOf":"2026-03-01","usdPerHour":{"a":{"hosting":1}}}',
])('what is no table of prices is refused: %s', (text) => {
  expect(() => priceTable(text, 'prices.json')).toThrow('The file of prices prices.json')
})

test('any other text is refused with a sentence, or is a table', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      let code: unknown
      try {
        code = priceTable(text, 'p').asOf === undefined ? 'none' : 'USAGE'
      } catch (cause) {
        code = isSsmError(cause) ? cause.code : cause
      }
      expect(code).toBe('USAGE')
    }),
  )
})

test('what is no source of prices and no budget is refused when the project is opened', () => {
  expect(moneySettings('p', {})).toBeUndefined()
  expect(moneySettings('p', { budget: { usd: 5 } })).toEqual({ prices: 'platform', budget: { usd: 5 } })
  for (const given of [
    { prices: 'aws' },
    { prices: { file: ' ' } },
    { prices: null },
    { budget: { usd: 0 } },
    { budget: { usd: Number.NaN } },
    { budget: { usd: '50' } },
    { budget: 50 },
    { budget: { usd: 5, unknownPrices: 'maybe' } },
  ])
    expect(() => moneySettings('p', given as never)).toThrow('Task p cannot run')
})
