import { ListServiceQuotasCommand, ServiceQuotasClient, type ServiceQuota } from '@aws-sdk/client-service-quotas'
import { machineQuotas, type MachineUse } from '@simple-sagemaker/core/aws'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, expect, test } from 'vitest'
import { quotasOf } from '../../../packages/core/src/aws/quotas.ts'
import { vendor } from '../../support/aws/mocked.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'

const client = new ServiceQuotasClient({ region: testRegion, credentials: testKeys })
const service = mockClient(client)
const options = { clients: { quotas: () => client } }
afterEach(() => void service.reset())

const quota = (QuotaName: string, Value: number, QuotaCode: string): ServiceQuota => ({ QuotaName, Value, QuotaCode })
const filler = Array.from({ length: 98 }, (_, index) => quota(`ml.c5.large for something else ${index}`, 4, `L-${index}`))
const [training, spot, processing]: readonly MachineUse[] = [
  { instanceType: 'ml.m5.large', use: 'training' },
  { instanceType: 'ml.m5.large', use: 'spot training' },
  { instanceType: 'ml.t3.medium', use: 'processing' },
] as const
const pages: readonly (readonly ServiceQuota[])[] = [
  [...filler, quota('ml.m5.large for endpoint usage', 9, 'L-E'), quota('ml.m5.large for spot training job usage', 0, 'L-S')],
  [],
  [quota('ml.m5.large for training job usage', 15, 'L-T'), ...filler],
  [quota('ml.t3.medium for processing job usage', 4, 'L-P'), quota('ml.m5.large for processing job usage', 2, 'L-O')],
  filler,
]

/** The service gives the pages above, one by one. */
function serve(): void {
  service.on(ListServiceQuotasCommand).callsFake(({ NextToken = '0' }: { NextToken?: string }) => {
    const at = Number(NextToken)
    return { Quotas: pages[at], ...(at + 1 < pages.length ? { NextToken: String(at + 1) } : {}) }
  })
}

const asked = (): readonly object[] => service.commandCalls(ListServiceQuotasCommand).map(({ args }) => args[0].input)

test('quotas are gathered from page after page, an empty one among them, and none is asked for after the last one wanted', async () => {
  serve()
  expect(await machineQuotas([training, spot, processing], options)).toEqual([
    { ...spot, machines: 0, code: 'L-S' },
    { ...training, machines: 15, code: 'L-T' },
    { ...processing, machines: 4, code: 'L-P' },
  ])
  expect(asked()).toEqual([
    { ServiceCode: 'sagemaker', MaxResults: 100 },
    ...['1', '2', '3'].map((NextToken) => ({ ServiceCode: 'sagemaker', MaxResults: 100, NextToken })),
  ])
})

test('one page is enough when everything wanted is on it', async () => {
  serve()
  expect(await machineQuotas([spot], options)).toEqual([{ ...spot, machines: 0, code: 'L-S' }])
  expect(asked()).toHaveLength(1)
})

test('a machine without a quota has no answer, and the list ends with its last page', async () => {
  serve()
  expect(await machineQuotas([{ instanceType: 'ml.m5.larg', use: 'training' }, training], options)).toEqual([
    { ...training, machines: 15, code: 'L-T' },
  ])
  expect(asked()).toHaveLength(pages.length)
})

test('a page is read by whole names; a quota without a value or a code is none', () => {
  const wanted = new Map([['ml.m5.large for training job usage', training]])
  expect(
    quotasOf(
      [
        { QuotaName: 'ml.m5.large for training job usage', QuotaCode: 'L-T' },
        { QuotaName: 'ml.m5.large for training job usage', Value: 1 },
        { QuotaName: 'xml.m5.large for training job usage', Value: 1, QuotaCode: 'L-X' },
        { Value: 1, QuotaCode: 'L-N' },
        quota('ml.m5.large for training job usage', 0, 'L-Z'),
      ],
      wanted,
    ),
  ).toEqual([{ ...training, machines: 0, code: 'L-Z' }])
})

test('a caller who may not list quotas is told the statement that would allow it', async () => {
  const said =
    'User: arn:aws:iam::111122223333:user/me is not authorized to perform: servicequotas:ListServiceQuotas because no identity-based policy allows the servicequotas:ListServiceQuotas action'
  service.on(ListServiceQuotasCommand).rejects(vendor('AccessDeniedException', said, { httpStatusCode: 400 }))
  await expect(machineQuotas([training], options)).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    hint: expect.stringContaining('"Action":["servicequotas:ListServiceQuotas"],"Resource":["*"]') as string,
  })
})

test('an abort between two pages ends the list with its reason', async () => {
  const leave = new AbortController()
  const reason = new Error('Enough')
  service.on(ListServiceQuotasCommand).callsFake(() => {
    leave.abort(reason)
    return { Quotas: filler, NextToken: 'more' }
  })
  await expect(machineQuotas([training], { ...options, signal: leave.signal })).rejects.toBe(reason)
  expect(asked()).toHaveLength(1)
})

test('an abort while a page is on its way is given to the call, and its reason comes back', async () => {
  const leave = new AbortController()
  const reason = new Error('Enough')
  service.on(ListServiceQuotasCommand).callsFake(() => {
    leave.abort(reason)
    throw vendor('AbortError', 'Request aborted')
  })
  await expect(machineQuotas([training], { ...options, signal: leave.signal })).rejects.toBe(reason)
  const sent: readonly unknown[] | undefined = service.commandCalls(ListServiceQuotasCommand)[0]?.args
  expect(sent?.[1]).toEqual({ abortSignal: leave.signal })
})
