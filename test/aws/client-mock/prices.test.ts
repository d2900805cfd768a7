import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing'
import { policies } from '@simple-sagemaker/core/aws'
import { mockClient } from 'aws-sdk-client-mock'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pricesIn } from '../../../packages/core/src/aws/prices/price-list.ts'
import { awsPrices, listRegion } from '../../../packages/core/src/aws/prices/prices.ts'
import { isAllowed, withoutOneAction } from '../../support/aws/iam-simulator.ts'
import { sentTo, vendor } from '../../support/aws/mocked.ts'
import { testKeys } from '../../support/aws/aws-platform.ts'

const client = new PricingClient({ region: 'us-east-1', credentials: testKeys })
const service = mockClient(client)
const options = { clients: { pricing: () => client } }
const before = process.env['SSM_CACHE_DIR']
let cache = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'ssm-prices-'))
  process.env['SSM_CACHE_DIR'] = cache
})
afterEach(() => {
  service.reset()
  rmSync(cache, { recursive: true, force: true })
  if (before === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = before
})

/** An entry of the list, with the attributes that the real ones have. */
const entry = (usagetype: string, usd: string, more: { readonly unit?: string; readonly currency?: string } = {}): string =>
  JSON.stringify({
    product: { productFamily: 'ML Instance', attributes: { usagetype, regionCode: 'eu-west-1', servicecode: 'AmazonSageMaker' } },
    terms: {
      OnDemand: {
        'A.B': { priceDimensions: { 'A.B.C': { unit: more.unit ?? 'Hrs', pricePerUnit: { [more.currency ?? 'USD']: usd } } } },
      },
    },
  })

const entries = {
  Training: [
    [entry('EU-Train:ml.m5.large', '0.1280000000'), entry('EU-Train:VolumeUsage.gp2', '0.154', { unit: 'GB-Mo' })],
    [
      entry('EU-Train:ml.g5.xlarge', '1.5'),
      entry('EU-Host:ml.g5.xlarge', '9'),
      entry('EU-Train:ml.p9.x', '1', { currency: 'CNY' }),
    ],
  ],
  Processing: [[entry('EU-Processing:ml.t3.medium', '0.056')]],
}

/** The service gives the entries above, page by page. */
function serve(): void {
  service.on(GetProductsCommand).callsFake((input: { NextToken?: string; Filters: { Field: string; Value: string }[] }) => {
    const component = input.Filters.find(({ Field }) => Field === 'component')?.Value as keyof typeof entries
    const at = Number(input.NextToken ?? 0)
    return { PriceList: entries[component][at], ...(at + 1 < entries[component].length ? { NextToken: String(at + 1) } : {}) }
  })
}
const asked = (): number => service.commandCalls(GetProductsCommand).length

const at = (day: string) => ({ now: () => Date.parse(day) })
const large = { instanceType: 'ml.m5.large', use: 'training', region: 'eu-west-1' } as const

test('prices of a region come page after page, once, and are kept for seven days', async () => {
  serve()
  const source = awsPrices(options, at('2026-03-01'))
  const expected = { usdPerHour: 0.128, from: 'AWS Price List of eu-west-1', asOf: '2026-03-01' }
  const other = { ...large, instanceType: 'ml.t3.medium', use: 'processing' } as const
  expect(await Promise.all([source.priceOf(large), source.priceOf(other)])).toEqual([
    expected,
    { ...expected, usdPerHour: 0.056 },
  ])
  expect(await source.priceOf({ ...large, instanceType: 'ml.t3.medium' })).toBeUndefined()
  expect(asked()).toBe(3)
  expect(service.commandCalls(GetProductsCommand)[0]?.args[0].input).toEqual({
    ServiceCode: 'AmazonSageMaker',
    FormatVersion: 'aws_v1',
    MaxResults: 100,
    Filters: [
      { Type: 'TERM_MATCH', Field: 'regionCode', Value: 'eu-west-1' },
      { Type: 'TERM_MATCH', Field: 'component', Value: 'Training' },
    ],
  })
  expect(await awsPrices(options, at('2026-03-07')).priceOf(large)).toEqual(expected)
  expect(asked()).toBe(3)
  expect(await awsPrices(options, at('2026-03-09')).priceOf(large)).toEqual({ ...expected, asOf: '2026-03-09' })
  expect(asked()).toBe(6)
})

test('when newer prices cannot be fetched, the older ones count with their day; without any, the reason is told', async () => {
  service.on(GetProductsCommand).rejects(vendor('AccessDeniedException', 'not authorized to perform: pricing:GetProducts'))
  await expect(awsPrices(options, at('2026-03-01')).priceOf(large)).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    hint: expect.stringContaining('"Action":["pricing:GetProducts"]') as string,
  })
  service.reset()
  serve()
  const source = awsPrices(options, at('2026-03-01'))
  await source.priceOf(large)
  service.reset()
  service.on(GetProductsCommand).rejects(vendor('AccessDeniedException', 'not authorized to perform: pricing:GetProducts'))
  expect(await awsPrices(options, at('2026-05-01')).priceOf(large)).toMatchObject({ usdPerHour: 0.128, asOf: '2026-03-01' })
})

test.each([
  '',
  'null',
  '{"v":2}',
  '{"v":1,"region":"us-east-1","atMs":1772323200000,"usdPerHour":{"training":{},"processing":{}}}',
  '{"v":1,"region":"eu-west-1","atMs":"now","usdPerHour":{"training":{},"processing":{}}}',
  '{"v":1,"region":"eu-west-1","atMs":1772323200000,"usdPerHour":{"training":{"ml.m5.large":-1},"processing":{}}}',
  '{"v":1,"region":"eu-west-1","atMs":1900000000000,"usdPerHour":{"training":{},"processing":{}}}',
])('what cannot be prices that were kept is fetched anew: %s', async (text) => {
  serve()
  mkdirSync(join(cache, 'prices'))
  writeFileSync(join(cache, 'prices', 'eu-west-1.json'), text)
  expect(await awsPrices(options, at('2026-03-01')).priceOf(large)).toMatchObject({ usdPerHour: 0.128 })
  expect(readdirSync(join(cache, 'prices'))).toEqual(['eu-west-1.json'])
})

test('a list without machines is an error and is not kept', async () => {
  service.on(GetProductsCommand).resolves({ PriceList: [] })
  const source = awsPrices(options, at('2026-03-01'))
  await expect(source.priceOf(large)).rejects.toThrow('no machines of SageMaker in eu-west-1')
  expect(readdirSync(cache)).toEqual([])
  service.reset()
  serve()
  expect(await source.priceOf(large)).toMatchObject({ usdPerHour: 0.128 })
})

test('other partitions are not asked: their prices are not known', async () => {
  serve()
  const source = awsPrices(options, at('2026-03-01'))
  for (const region of ['cn-north-1', 'us-gov-west-1', 'us-iso-east-1'])
    expect(await source.priceOf({ ...large, region })).toBeUndefined()
  expect(asked()).toBe(0)
})

test('the list is asked where it answers: in the nearest of its three regions', () => {
  const near = { 'us-east-1': 'us-east-1', 'sa-east-1': 'us-east-1', 'eu-west-1': 'eu-central-1', 'me-central-1': 'eu-central-1' }
  for (const [region, where] of Object.entries({ ...near, 'ap-northeast-1': 'ap-south-1' }))
    expect(listRegion(region)).toBe(where)
})

test('the highest of several prices counts, and a usage type without a prefix is one of eu-west-1’s old kind', () => {
  const list = [entry('Train:ml.m5.large', '0.1'), entry('EU-Train:ml.m5.large', '0.2'), entry('EU-Train:ml.m5.large', '0')]
  expect(pricesIn(list, 'training')).toEqual({ 'ml.m5.large': 0.2 })
  expect(pricesIn(list, 'processing')).toEqual({})
})

test('whatever the list says, prices are amounts above zero', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), fc.string())), (list) => {
      for (const usd of Object.values(pricesIn(list, 'training'))) expect(usd).toBeGreaterThan(0)
    }),
  )
})

test('a caller may read the price list only where costs are asked for, and that is all that a price takes', async () => {
  const place = { project: 'ex', region: 'eu-west-1', account: '111122223333' }
  const actions = (prices: boolean): readonly string[] =>
    policies({ ...place, prices }).caller.Statement.flatMap(({ Action }) => Action)
  expect(actions(false)).not.toContain('pricing:GetProducts')
  expect(actions(true)).toEqual([...actions(false), 'pricing:GetProducts'])
  service.on(GetProductsCommand).resolves({ PriceList: [] })
  await awsPrices(options, { now: () => 0 })
    .priceOf({ instanceType: 'ml.m5.large', use: 'training', region: 'eu-west-1' })
    .catch(() => undefined)
  const asked = [...new Set(sentTo(service))].map((operation) => ({ action: `pricing:${operation}`, resource: '*' }))
  expect(asked).toHaveLength(1)
  const { caller } = policies({ ...place, prices: true })
  const needed = [...withoutOneAction(caller)].filter(({ rest }) => !asked.every((request) => isAllowed([rest], request)))
  expect(asked.every((request) => isAllowed([caller], request))).toBe(true)
  expect(needed.map(({ line }) => line.replace(/^\w+: /, ''))).toEqual(['pricing:GetProducts'])
})
