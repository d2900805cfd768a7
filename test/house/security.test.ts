import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

test('every row of the threat model names tests, and each of them is there', () => {
  const [, model = ''] = textOf('SECURITY.md').split('## Threat model')
  const rows = model.split('\n').filter((line) => line.startsWith('| ') && !/^\| (who|---)/.test(line))
  expect(rows.length).toBeGreaterThan(12)
  for (const row of rows) {
    const tests = [...row.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, path = '']) => path)
    expect([row, tests.length > 0]).toEqual([row, true])
    for (const path of tests) expect([path, existsSync(join(root, path))]).toEqual([path, true])
  }
})

const aws = 'packages/core/src/aws'
const sources = readdirSync(join(root, aws), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
)

/** IAM calls some operations by another name. */
const actionOf: Readonly<Record<string, string>> = {
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  CompleteMultipartUpload: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  DeleteObjects: 's3:DeleteObject',
  GetBucketEncryption: 's3:GetEncryptionConfiguration',
  HeadObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  PutBucketEncryption: 's3:PutEncryptionConfiguration',
  PutPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  UploadPart: 's3:PutObject',
}

/** Everything that is called, with the SDK's names. */
const calls = new Set(
  sources.flatMap((name) => [...textOf(join(aws, name)).matchAll(/\bsdk\.([A-Z]\w+)Command\b/g)].map(([, call = '']) => call)),
)

test('every call to AWS is allowed by a policy that is printed, or is named in the guide for administrators', async () => {
  const { policies } = await import('@simple-sagemaker/core/aws')
  const printed = JSON.stringify(
    policies({ project: 'ex', region: 'eu-west-1', account: '111122223333', prices: true, tuning: true }),
  )
  const guide = textOf('docs/guides/administrators.md')
  expect(calls.size).toBeGreaterThan(30)
  const unsaid = [...calls].filter((call) => {
    // It needs no permission, and none can take it away.
    if (call === 'GetCallerIdentity') return false
    const action = actionOf[call] ?? `:${call}`
    return !printed.includes(`${action}"`) && !guide.includes(`${action}\``)
  })
  expect(unsaid).toEqual([])
})

/** Permissions that another call needs, or a program beside the library. */
const implied: Readonly<Record<string, string>> = {
  'iam:PassRole': 'Create…Job and CreateProject with a role',
  'iam:TagRole': 'CreateRole with tags',
  'ecr:TagResource': 'CreateRepository with tags',
  'sagemaker:AddTags': 'Create…Job with tags',
  'kms:Decrypt': 'reading what is encrypted with a key of the user',
  'kms:GenerateDataKey': 'writing what is encrypted with a key of the user',
  'ecr:GetDownloadUrlForLayer': 'docker pull',
  'ecr:BatchCheckLayerAvailability': 'docker push',
  'ecr:InitiateLayerUpload': 'docker push',
  'ecr:UploadLayerPart': 'docker push',
  'ecr:CompleteLayerUpload': 'docker push',
}

test('people are given no permission that nothing asks for', async () => {
  const { policies } = await import('@simple-sagemaker/core/aws')
  const { caller, setup, makeBucket, images } = policies({
    project: 'ex',
    region: 'eu-west-1',
    account: '111122223333',
    prices: true,
    tuning: true,
    kmsKeys: ['alias/mine'],
  })
  const asked = new Set([...calls].map((call) => actionOf[call] ?? `:${call}`))
  const held = [caller, setup, makeBucket, images.engine, images.codeBuild, images.codeBuildSetup].flatMap(({ Statement }) =>
    Statement.flatMap(({ Action }) => Action),
  )
  expect(held.length).toBeGreaterThan(40)
  const idle = held.filter((action) => {
    const [service = '', name = ''] = action.split(':')
    return !asked.has(action) && (service === 's3' || !asked.has(`:${name}`)) && !(action in implied)
  })
  // GetBucketLocation, CreateBucket and the like have the same name in the SDK.
  expect(idle.filter((action) => !(action.startsWith('s3:') && calls.has(action.slice(3))))).toEqual([])
  for (const action of Object.keys(implied)) expect(held).toContain(action)
})
