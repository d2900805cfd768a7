import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import type { AwsNotice } from '@simple-sagemaker/core/aws'
import type { RoleNeed } from '../../packages/core/src/platform/roles.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, testKeys, testRegion, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()
const need: RoleNeed = {
  project: 'ex',
  bucket: 'amzn-s3-demo-bucket',
  writablePrefixes: ['ex/train/'],
  readableAddresses: [],
  kmsKeys: [],
  vpc: false,
  imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker',
}
const iam = () => new IAMClient({ endpoint: standIn().moto.url, region: testRegion, credentials: testKeys })
const policyOf = async (RoleName: string): Promise<string> =>
  decodeURIComponent(
    (await iam().send(new GetRolePolicyCommand({ RoleName, PolicyName: 'SimpleSageMaker' }))).PolicyDocument ?? '',
  )
const writes = (): readonly (string | undefined)[] =>
  standIn()
    .proxy.seen.map(({ operation }) => operation)
    .filter((operation) => /^(Create|Put|Update|Attach)/.test(operation ?? ''))

test.skipIf(noMoto)('a role is made once, with one inline policy and no managed one', async () => {
  const notices: AwsNotice[] = []
  await using platform = awsOn(standIn().url, { onNotice: (notice) => notices.push(notice) })
  expect(await platform.roles.expected(need)).toBe(`arn:aws:iam::${standIn().account}:role/SimpleSageMaker-ex`)
  expect(writes()).toEqual([])
  const arn = await platform.roles.ensure(need)
  expect(arn).toBe(await platform.roles.expected(need))
  expect(writes()).toEqual(['CreateRole', 'PutRolePolicy'])
  await platform.roles.ensure(need)
  expect(writes()).toHaveLength(2)
  const managed = await iam().send(new ListAttachedRolePoliciesCommand({ RoleName: 'SimpleSageMaker-ex' }))
  expect(managed.AttachedPolicies).toEqual([])
  const said = await iam().send(new GetRoleCommand({ RoleName: 'SimpleSageMaker-ex' }))
  expect(decodeURIComponent(said.Role?.AssumeRolePolicyDocument ?? '')).toContain(`"aws:SourceAccount":"${standIn().account}"`)
  expect(notices).toEqual([{ type: 'role-changed', role: arn, change: 'created' }])
})

test.skipIf(noMoto)('two tasks that need more at once both get it', async () => {
  await using platform = awsOn(standIn().url)
  await platform.roles.ensure(need)
  await Promise.all(['a/', 'b/'].map((prefix) => platform.roles.ensure({ ...need, writablePrefixes: [prefix] })))
  const policy = await policyOf('SimpleSageMaker-ex')
  for (const prefix of ['ex/train/', 'a/', 'b/']) expect(policy).toContain(`arn:aws:s3:::amzn-s3-demo-bucket/${prefix}*`)
})

test.skipIf(noMoto)('a role of our name that trusts someone else is set right', async () => {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] }
  await iam().send(new CreateRoleCommand({ RoleName: 'SimpleSageMaker-ex', AssumeRolePolicyDocument: JSON.stringify(trust) }))
  await using platform = awsOn(standIn().url)
  await platform.roles.ensure(need)
  const said = await iam().send(new GetRoleCommand({ RoleName: 'SimpleSageMaker-ex' }))
  expect(JSON.parse(decodeURIComponent(said.Role?.AssumeRolePolicyDocument ?? ''))).toMatchObject({
    Statement: [{ Principal: { Service: 'sagemaker.amazonaws.com' } }],
  })
})

test.skipIf(noMoto)("the user's own role is taken as it is, by its name too", async () => {
  await iam().send(
    new CreateRoleCommand({
      RoleName: 'mine',
      Path: '/service-role/',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    }),
  )
  await using platform = awsOn(standIn().url)
  expect(await platform.roles.ensure({ ...need, own: 'mine' })).toBe(`arn:aws:iam::${standIn().account}:role/service-role/mine`)
  await expect(platform.roles.ensure({ ...need, own: 'nobody' })).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    facts: { role: 'nobody' },
  })
  expect(writes()).toEqual([])
})

test.skipIf(noMoto)('a policy that would be too long is refused with a way out', async () => {
  await using platform = awsOn(standIn().url)
  const writablePrefixes = Array.from({ length: 300 }, (_, index) => `a-rather-long-project-name/task-${index}/`)
  await expect(platform.roles.ensure({ ...need, writablePrefixes })).rejects.toMatchObject({
    code: 'PLATFORM_QUOTA',
    facts: { limit: 10_240 },
  })
})
