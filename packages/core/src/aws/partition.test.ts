import { expect, test } from 'vitest'
import { partitionOf } from './partition.ts'

test.each([
  ['us-east-1', 'aws', 'amazonaws.com'],
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
])('%s belongs to %s, whose hosts end in %s', (region, name, dnsSuffix) => {
  expect(partitionOf(region)).toEqual({ name, dnsSuffix })
})
