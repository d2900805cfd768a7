import { expect, test } from 'vitest'
import type { RoleNeed } from '../../platform/roles.ts'
import { policies } from './caller-policy.ts'
import { covers, mergePolicies, parsePolicy } from './merge.ts'
import { roleName, rolePolicy } from './policy.ts'

const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' }
const need: RoleNeed = {
  project: 'ex',
  bucket: 'b',
  writablePrefixes: ['ex/train/'],
  readableAddresses: [
    { bucket: 'data', key: 'set/' },
    { bucket: 'b', key: 'ex/train/input/' },
  ],
  imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker',
  kmsKeys: [],
  vpc: false,
}
const allowed = (given: RoleNeed, where = place): readonly string[] =>
  rolePolicy(given, where).Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  )

test('a role may write the folders of its task and nothing beside them', () => {
  const rights = allowed(need)
  expect(rights.filter((right) => right.startsWith('s3:PutObject'))).toEqual(['s3:PutObject arn:aws:s3:::b/ex/train/*'])
  expect(rights.filter((right) => right.startsWith('s3:GetObject'))).toEqual([
    's3:GetObject arn:aws:s3:::b/ex/train/*',
    's3:GetObject arn:aws:s3:::data/set/*',
  ])
  expect(rights).toContain('s3:ListBucket arn:aws:s3:::data')
  expect(rights).toContain('ecr:BatchGetImage arn:aws:ecr:us-east-1:763104351884:repository/pytorch')
  expect(rights.some((right) => /^(\*|s3:\*|iam:|sagemaker:|kms:|ec2:)/.test(right))).toBe(false)
  expect(JSON.stringify(policies(need, place))).not.toContain('FullAccess')
})

test('what is written must belong to this account', () => {
  const objects = rolePolicy(need, place).Statement.find(({ Sid }) => Sid === 'Objects')
  expect(objects?.Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': '111122223333' } })
})

test('keys and a network are allowed only when the task has them', () => {
  const rights = allowed({ ...need, kmsKeys: ['alias/mine', '1234-5678'], vpc: true })
  expect(rights).toContain('kms:GenerateDataKey arn:aws:kms:us-east-1:111122223333:alias/mine')
  expect(rights).toContain('kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/1234-5678')
  expect(rights).toContain('ec2:CreateNetworkInterface *')
})

test.each([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
])('in the partition %s every ARN is of that partition', (partition, region) => {
  const { role, caller } = policies(need, { partition, region, account: '111122223333' })
  const arns = [...role.Statement, ...caller.Statement].flatMap(({ Resource }) => Resource).filter((resource) => resource !== '*')
  expect(arns.every((arn) => arn.startsWith(`arn:${partition}:`))).toBe(true)
})

test('only SageMaker, for this account, may take the role', () => {
  expect(policies(need, place).trust).toMatchObject({
    Statement: [
      { Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } },
    ],
  })
})

test('the caller may pass the role to SageMaker alone', () => {
  const pass = policies(need, place).caller.Statement.find(({ Action }) => Action.includes('iam:PassRole'))
  expect(pass).toMatchObject({
    Resource: ['arn:aws:iam::111122223333:role/SimpleSageMaker-ex'],
    Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  })
})

test('a role grows with the needs of its tasks and never shrinks', () => {
  const first = rolePolicy(need, place)
  const other = rolePolicy({ ...need, writablePrefixes: ['ex/eval/'], readableAddresses: [] }, place)
  expect(covers(first, other)).toBe(false)
  const both = mergePolicies(first, other)
  expect(covers(both, first) && covers(both, other)).toBe(true)
  expect(covers(both, both)).toBe(true)
  const resources = both.Statement.find(({ Sid }) => Sid === 'Objects')?.Resource
  expect(resources).toEqual(['arn:aws:s3:::b/ex/train/*', 'arn:aws:s3:::b/ex/eval/*'])
})

test('what a wider statement covers is left out', () => {
  const wide = rolePolicy({ ...need, writablePrefixes: ['ex/'] }, place)
  const both = mergePolicies(rolePolicy(need, place), wide)
  expect(both.Statement.find(({ Sid }) => Sid === 'Objects')?.Resource).toEqual(['arn:aws:s3:::b/ex/*'])
})

test('a policy is read as IAM keeps it', () => {
  const text = encodeURIComponent(
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } }),
  )
  expect(parsePolicy(text).Statement).toEqual([{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] }])
})

test('role names fit into 64 characters and stay apart', () => {
  expect(roleName('ex')).toBe('SimpleSageMaker-ex')
  const [one, other] = ['a', 'b'].map((end) => roleName('p'.repeat(62) + end))
  expect(one).toHaveLength(64)
  expect(one).not.toBe(other)
})
