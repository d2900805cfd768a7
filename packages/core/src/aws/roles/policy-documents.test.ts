import { expect, test } from 'vitest'
import { policies, type PolicyOptions } from './policies.ts'
import { allow, policyDocument, listOf, literal, parsePolicy } from './policy-document.ts'

const account = '111122223333'
const every: Readonly<Record<string, PolicyOptions>> = {
  plain: { project: 'books', region: 'eu-west-1', account },
  full: {
    project: 'books',
    region: 'us-east-1',
    account,
    bucket: 'lab',
    prefix: '/team//a/',
    inputs: ['s3://texts/english/', 's3://texts/one.txt', 's3://whole'],
    images: [`${account}.dkr.ecr.us-east-1.amazonaws.com/mine:1`],
    kmsKeys: ['alias/results', '1234-5678', `arn:aws:kms:us-east-1:${account}:key/9`],
    vpc: true,
    repositories: ['mine'],
    permissionsBoundary: `arn:aws:iam::${account}:policy/Boundary`,
  },
  'own-role': { project: 'books', region: 'us-east-1', account, role: 'path/mine' },
  'own-role-arn': { project: 'books', region: 'cn-north-1', account, role: `arn:aws-cn:iam::${account}:role/mine` },
}

test.each(Object.entries(every))('the policies of a project (%s) are these, statement by statement', async (name, options) => {
  await expect(`${JSON.stringify(policies(options), null, 2)}\n`).toMatchFileSnapshot(
    `../../../../../test/golden/policies/${name}.txt`,
  )
})

test('a statement without resources is none, and a resource counts once', () => {
  expect(allow('Jobs', ['a:B'], [])).toBeUndefined()
  expect(allow('Jobs', ['a:B'], ['x', 'y', 'x'])).toEqual({ Sid: 'Jobs', Effect: 'Allow', Action: ['a:B'], Resource: ['x', 'y'] })
  expect(allow('Jobs', ['a:B'], ['x'], { Bool: { k: 'true' } })).toMatchObject({ Condition: { Bool: { k: 'true' } } })
  expect(policyDocument([undefined, allow('Jobs', ['a:B'], ['x'])]).Statement).toHaveLength(1)
})

test('signs that IAM reads as patterns are written so that they stand for themselves', () => {
  expect(literal('a*b?c$d')).toBe('a${*}b${?}c${$}d')
})

test('a policy is read as IAM keeps it: one action or resource becomes a list, and what we do not know is passed on', () => {
  const kept = {
    Version: '2008-10-17',
    Statement: { Sid: 'Mine', Effect: 'Deny', NotAction: 's3:*', Resource: 'arn:x' },
  }
  expect(parsePolicy(encodeURIComponent(JSON.stringify(kept)))).toEqual({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Mine', Effect: 'Deny', NotAction: 's3:*', Resource: ['arn:x'] }],
  })
  const other = {
    Statement: [
      { Action: 's3:GetObject', NotResource: 'arn:y' },
      { Action: ['a:B', 'a:C'], Resource: ['x', 'y'] },
    ],
  }
  expect(parsePolicy(JSON.stringify(other)).Statement).toEqual([
    { Effect: 'Allow', Action: ['s3:GetObject'], NotResource: 'arn:y' },
    { Effect: 'Allow', Action: ['a:B', 'a:C'], Resource: ['x', 'y'] },
  ])
  expect(parsePolicy('{}').Statement).toEqual([])
  expect(listOf(undefined)).toEqual([])
})
