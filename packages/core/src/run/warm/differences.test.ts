import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byValue, taskOf } from '../../../../../test/support/tasks.ts'
import { warmSettings } from '../../spec/machines/warm-settings.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { differencesText, unlikeUpstream, warmDifferences } from './differences.ts'
import { offersText } from './offers.ts'

const request = {
  RoleArn: 'arn:aws:iam::111122223333:role/r',
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
} as const

test('the order of subnets, and what is off or not set, make no difference; what SageMaker compares does', () => {
  const network = { VpcConfig: { Subnets: ['subnet-a', 'subnet-b'], SecurityGroupIds: ['sg-a'] } }
  const turned = { VpcConfig: { Subnets: ['subnet-b', 'subnet-a'], SecurityGroupIds: ['sg-a'] } }
  expect(warmSettings({ ...request, ...network })).toEqual(warmSettings({ ...request, ...turned }))
  expect(warmSettings({ ...request, EnableNetworkIsolation: false })).toEqual(warmSettings(request))
  const there = warmSettings(request)
  const changes: readonly (readonly [string, object])[] = [
    ['role', { RoleArn: 'arn:aws:iam::111122223333:role/other' }],
    ['instance type', { ResourceConfig: { ...request.ResourceConfig, InstanceType: 'ml.m5.xlarge' } }],
    ['instance count', { ResourceConfig: { ...request.ResourceConfig, InstanceCount: 2 } }],
    ['volume size in GiB', { ResourceConfig: { ...request.ResourceConfig, VolumeSizeInGB: 31 } }],
    ['volume key', { ResourceConfig: { ...request.ResourceConfig, VolumeKmsKeyId: 'alias/k' } }],
    ['subnets', { VpcConfig: { Subnets: ['subnet-a'] } }],
    ['security groups', { VpcConfig: { SecurityGroupIds: ['sg-a'] } }],
    ['network isolation', { EnableNetworkIsolation: true }],
    ['encrypted traffic', { EnableInterContainerTrafficEncryption: true }],
  ]
  for (const [setting, change] of changes)
    expect(warmDifferences(there, warmSettings({ ...request, ...change })).map((each) => each.setting)).toEqual([setting])
})

test('settings differ exactly where their values do', () => {
  const settings = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
  fc.assert(
    fc.property(settings, settings, (there, here) => {
      const found = warmDifferences(there, here)
      for (const { setting } of found) expect(there[setting]).not.toBe(here[setting])
      const equal = [...new Set([...Object.keys(there), ...Object.keys(here)])].filter((key) => there[key] === here[key])
      expect(found.length + equal.length).toBe(new Set([...Object.keys(there), ...Object.keys(here)]).size)
    }),
  )
  expect(differencesText([{ setting: 'subnets', here: 'subnet-a' }])).toBe('subnets is not set there and subnet-a here')
})

const warm = (name: string, change: Partial<TaskSpec> = {}, ...inputs: Parameters<typeof taskOf>[1][]): TaskSpec => ({
  ...taskOf(name, ...inputs),
  spot: false,
  keepAliveSeconds: 600,
  ...change,
})

test('a task is told of tasks it needs whose warm machines it cannot get, when both keep theirs', () => {
  const prep = warm('prep', { volumeSizeGiB: 50 })
  expect(unlikeUpstream(warm('train', {}, byValue(prep)))).toEqual([
    'the machines that prep keeps warm do not fit train: volume size in GiB is 50 there and 30 here',
  ])
  expect(unlikeUpstream(warm('train', { volumeSizeGiB: 50 }, byValue(prep)))).toEqual([])
  const { keepAliveSeconds: _, ...cold } = warm('train', {}, byValue(prep))
  expect(unlikeUpstream(cold)).toEqual([])
})

test('machines that do not fit are only worth a word when no others wait', () => {
  const differences = [{ setting: 'role', there: 'a', here: 'b' }]
  const job = 'prep-2026-01-02-03-04-05-AbCdEfGh' as Parameters<typeof offersText>[0][number]['job']
  expect(offersText([{ job, isAvailable: true, differences }])).toEqual([
    `the warm machines of ${job} do not fit: role is a there and b here`,
  ])
  expect(offersText([{ job, isAvailable: false, differences }])).toEqual([])
  expect(
    offersText([
      { job, isAvailable: true, differences },
      { job, isAvailable: true, differences: [] },
    ]),
  ).toEqual([])
})
