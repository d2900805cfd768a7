import { expect, test } from 'vitest'
import { machineNeeds, quotaCheck, quotaFinding } from '../../packages/cli/src/commands/doctor/quota-check.ts'
import type { MachineQuota } from '../../packages/core/src/aws/quotas.ts'

const page = 'https://eu-west-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas'
const quotas = (training: number, spot: number, processing: number): readonly MachineQuota[] => [
  { instanceType: 'ml.t3.medium', use: 'processing', machines: processing, code: 'L-P' },
  { instanceType: 'ml.m5.large', use: 'training', machines: training, code: 'L-T' },
  { instanceType: 'ml.m5.large', use: 'spot training', machines: spot, code: 'L-S' },
]
const finding = (defaults: Parameters<typeof machineNeeds>[0], listed: readonly MachineQuota[], region = 'eu-west-1') =>
  quotaFinding(machineNeeds(defaults), listed, region)

test('enough for a run that says nothing is fine, whatever else is zero', () => {
  expect(finding({}, quotas(0, 10, 4))).toEqual({
    name: 'quotas',
    status: 'ok',
    detail: 'ml.m5.large: 0 for training, 10 for spot training; ml.t3.medium: 4 for processing',
  })
  expect(finding({ spot: false }, quotas(1, 0, 4)).status).toBe('ok')
  expect(finding({ warm: '1 hour' }, quotas(1, 0, 4)).status).toBe('ok')
})

test('a quota of zero is a warning with the page of exactly that quota, and the way around it', () => {
  expect(finding({}, quotas(2, 0, 4))).toMatchObject({
    status: 'warning',
    fix: `Ask for more for spot training at ${page}/L-S or run with --no_spot`,
  })
  expect(finding({}, quotas(0, 0, 0))).toMatchObject({
    status: 'warning',
    fix: `Ask for more for spot training at ${page}/L-S, and for processing at ${page}/L-P`,
  })
  expect(finding({ spot: false }, quotas(0, 5, 4)).fix).toBe(`Ask for more for training at ${page}/L-T`)
})

test('a default of more machines than the account may rent is a warning too', () => {
  expect(finding({ instanceCount: 4 }, quotas(3, 3, 4))).toMatchObject({
    status: 'warning',
    fix: `Ask for more for spot training at ${page}/L-S`,
  })
})

test('the type that the settings name is the one looked up, for every use', () => {
  expect(machineNeeds({ instanceType: 'ml.g5.xlarge', instanceCount: 2 })).toEqual([
    { instanceType: 'ml.g5.xlarge', use: 'training', machines: 0 },
    { instanceType: 'ml.g5.xlarge', use: 'spot training', machines: 2 },
    { instanceType: 'ml.g5.xlarge', use: 'processing', machines: 2 },
  ])
  expect(finding({ instanceType: 'ml.g5.xlarge' }, [])).toEqual({
    name: 'quotas',
    status: 'note',
    detail: 'ml.g5.xlarge: no quota listed for training, no quota listed for spot training, no quota listed for processing',
    fix: `See what eu-west-1 has at ${page} and choose a type with --instance_type`,
  })
})

test.each([
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/servicequotas/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/servicequotas/'],
])('the console of %s is at its own address', (region, address) => {
  expect(finding({}, quotas(0, 0, 4), region).fix).toContain(address)
})

const settings = { values: { region: { value: 'eu-west-1', origin: 'a test' } }, files: [], platform: 'aws' } as const

test('settings that stay on this computer ask for no quota', async () => {
  const check = await quotaCheck({ ...settings, defaults: { instanceType: 'local' } }, 'eu-west-1', AbortSignal.abort())
  expect(check).toEqual({ name: 'quotas', status: 'note', detail: 'runs with these settings rent no machine' })
})

test('quotas that do not come in time are a note', async () => {
  const signal = AbortSignal.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  expect(await quotaCheck({ ...settings, defaults: {} }, 'eu-west-1', signal)).toEqual({
    name: 'quotas',
    status: 'note',
    detail: 'not known: The operation was aborted due to timeout',
    fix: `See them in the console: ${page}`,
  })
})
