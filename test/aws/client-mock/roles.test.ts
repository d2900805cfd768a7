import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetBucketEncryptionCommand } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RoleNeed } from '../../../packages/core/src/platform/roles.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'

const need: RoleNeed = {
  project: 'ex',
  bucket: 'amzn-s3-demo-bucket',
  writablePrefixes: ['ex/train/'],
  readableAddresses: [],
  kmsKeys: [],
  vpc: false,
  imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker',
}
const name = 'SimpleSageMaker-ex'
const arn = `arn:aws:iam::${mockedAccount}:role/${name}`
const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'sagemaker.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': mockedAccount } },
    },
  ],
}
const role = { RoleName: name, Arn: arn, Path: '/', RoleId: 'AROA', CreateDate: new Date(0) }
const noSuch = vendor('NoSuchEntityException', 'The role with name x cannot be found.', { httpStatusCode: 404 })

type MockedAws = ReturnType<typeof mockedAws>

/** IAM without the role; it remembers what it is given. */
function emptyIam({ iam }: MockedAws): void {
  const held = { made: false, trust: '', policy: undefined as string | undefined }
  iam.on(GetRoleCommand).callsFake(() => {
    if (!held.made) throw noSuch
    return { Role: { ...role, AssumeRolePolicyDocument: encodeURIComponent(held.trust) } }
  })
  iam.on(CreateRoleCommand).callsFake((input: { AssumeRolePolicyDocument: string }) => {
    Object.assign(held, { made: true, trust: input.AssumeRolePolicyDocument })
    return { Role: role }
  })
  iam.on(GetRolePolicyCommand).callsFake(() => {
    if (held.policy === undefined) throw noSuch
    return { PolicyDocument: encodeURIComponent(held.policy) }
  })
  iam.on(PutRolePolicyCommand).callsFake((input: { PolicyDocument: string }) => {
    held.policy = input.PolicyDocument
    return {}
  })
}

const policies = ({ iam }: MockedAws): readonly string[] =>
  iam.commandCalls(PutRolePolicyCommand).map(({ args }) => args[0].input.PolicyDocument ?? '')
const writes = ({ iam }: MockedAws): readonly string[] => sentTo(iam).filter((command) => !command.startsWith('Get'))

test('a role is made with a trust limited to this account and one inline policy, and no managed policy is ever attached', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  expect(await mocked.platform.roles.ensure(need)).toBe(arn)
  expect(sentTo(mocked.iam)).toEqual(['GetRole', 'GetRolePolicy', 'CreateRole', 'PutRolePolicy'])
  const made = mocked.iam.commandCalls(CreateRoleCommand)[0]?.args[0].input
  expect(made).toMatchObject({ RoleName: name })
  expect(JSON.parse(made?.AssumeRolePolicyDocument ?? '')).toEqual(trust)
  expect(mocked.iam.commandCalls(PutRolePolicyCommand)[0]?.args[0].input).toMatchObject({
    RoleName: name,
    PolicyName: 'SimpleSageMaker',
  })
  expect(policies(mocked)[0]).toContain('arn:aws:s3:::amzn-s3-demo-bucket/ex/train/*')
  for (const { args } of mocked.iam.calls())
    expect(JSON.stringify(args[0].input)).not.toMatch(/FullAccess|"s3:\*"|"\*:\*"|"sagemaker:\*"/)
})

test('a role that can do enough is left alone, one that needs more is widened and keeps what it had', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  await mocked.platform.roles.ensure(need)
  await mocked.platform.roles.ensure(need)
  expect(writes(mocked)).toEqual(['CreateRole', 'PutRolePolicy'])
  await mocked.platform.roles.ensure({
    ...need,
    writablePrefixes: ['ex/other/'],
    readableAddresses: [{ bucket: 'public', key: 'set/' }],
  })
  expect(writes(mocked)).toEqual(['CreateRole', 'PutRolePolicy', 'PutRolePolicy'])
  for (const place of ['amzn-s3-demo-bucket/ex/train/*', 'amzn-s3-demo-bucket/ex/other/*', 'public/set/*'])
    expect(policies(mocked)[1]).toContain(`"arn:aws:s3:::${place}"`)
  await mocked.platform.roles.ensure(need)
  expect(writes(mocked)).toHaveLength(3)
  expect(policies(mocked).join()).not.toContain('FullAccess')
})

test('a role that another client makes at the same moment is used', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  mocked.iam.on(CreateRoleCommand).rejects(vendor('EntityAlreadyExistsException', 'Role with name x already exists.'))
  const made = { ...role, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) }
  mocked.iam.on(GetRoleCommand).rejectsOnce(noSuch).resolves({ Role: made })
  expect(await mocked.platform.roles.ensure(need)).toBe(arn)
  expect(sentTo(mocked.iam)).toEqual(['GetRole', 'GetRolePolicy', 'CreateRole', 'GetRole', 'PutRolePolicy'])
})

test('a trust that is wider than ours is set right', async () => {
  await using mocked = mockedAws()
  const wide = { Version: '2012-10-17', Statement: [{ ...trust.Statement[0], Condition: undefined }] }
  emptyIam(mocked)
  mocked.iam
    .on(GetRoleCommand)
    .resolves({ Role: { ...role, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(wide)) } })
  mocked.iam.on(UpdateAssumeRolePolicyCommand).resolves({})
  await mocked.platform.roles.ensure(need)
  const corrected = mocked.iam.commandCalls(UpdateAssumeRolePolicyCommand)[0]?.args[0].input
  expect(JSON.parse(corrected?.PolicyDocument ?? '')).toEqual(trust)
})

test("the user's own role costs one GetRole by its name and nothing by its ARN, and is never changed", async () => {
  await using mocked = mockedAws()
  const mine = `arn:aws:iam::${mockedAccount}:role/service-role/mine`
  mocked.iam.on(GetRoleCommand, { RoleName: 'mine' }).resolves({ Role: { ...role, Arn: mine } })
  expect(await mocked.platform.roles.ensure({ ...need, own: mine })).toBe(mine)
  expect(sentTo(mocked.iam)).toEqual([])
  expect(await mocked.platform.roles.ensure({ ...need, own: 'mine' })).toBe(mine)
  expect(await mocked.platform.roles.expected({ ...need, own: 'service-role/mine' })).toBe(mine)
  expect(sentTo(mocked.iam)).toEqual(['GetRole', 'GetRole'])
  mocked.iam.on(GetRoleCommand).rejects(noSuch)
  await expect(mocked.platform.roles.ensure({ ...need, own: 'nobody' })).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    facts: { role: 'nobody' },
    hint: expect.stringContaining('ARN') as string,
  })
  expect(writes(mocked)).toEqual([])
})

test('a caller who may not make roles is told which statement is missing', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  const message = `User: arn:aws:iam::${mockedAccount}:user/me is not authorized to perform: iam:CreateRole on resource: ${arn} because no identity-based policy allows the iam:CreateRole action`
  mocked.iam.on(CreateRoleCommand).rejects(vendor('AccessDenied', message, { httpStatusCode: 403 }))
  await expect(mocked.platform.roles.ensure(need)).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    facts: { statement: { Effect: 'Allow', Action: ['iam:CreateRole'], Resource: [arn] } },
  })
  expect(policies(mocked)).toEqual([])
})

test('a role is made inside the boundary that was asked for, and gets no further rights outside it', async () => {
  const boundary = `arn:aws:iam::${mockedAccount}:policy/Jobs`
  await using mocked = mockedAws({ permissionsBoundary: boundary })
  emptyIam(mocked)
  await mocked.platform.roles.ensure(need)
  expect(mocked.iam.commandCalls(CreateRoleCommand)[0]?.args[0].input.PermissionsBoundary).toBe(boundary)
  // As the role stands here, somebody has taken the boundary off.
  expect(await mocked.platform.roles.ensure(need)).toBe(arn)
  await expect(mocked.platform.roles.ensure({ ...need, writablePrefixes: ['more/'] })).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    facts: { permissionsBoundary: boundary, role: arn },
  })
  expect(policies(mocked)).toHaveLength(1)
})

test('the key that a bucket encrypts with by default is among the rights of the role, though nobody named it', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  const key = `arn:aws:kms:us-east-1:${mockedAccount}:key/of-the-bucket`
  const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: key } }
  mocked.s3.on(GetBucketEncryptionCommand).resolves({ ServerSideEncryptionConfiguration: { Rules: [rule] } })
  await mocked.platform.roles.ensure(need)
  await mocked.platform.roles.ensure(need)
  expect(policies(mocked)).toHaveLength(1)
  expect(policies(mocked)[0]).toContain(key)
  expect(mocked.s3.commandCalls(GetBucketEncryptionCommand)).toHaveLength(1)
})

test('a caller who may only read learns what the role lacks, and is given no statement that would make them administrator', async () => {
  await using mocked = mockedAws()
  emptyIam(mocked)
  await mocked.platform.roles.ensure(need)
  const refused = vendor('AccessDenied', `User: me is not authorized to perform: iam:PutRolePolicy on resource: ${arn}`)
  mocked.iam.on(PutRolePolicyCommand).rejects(refused)
  const error: unknown = await mocked.platform.roles
    .ensure({ ...need, readableAddresses: [{ bucket: 'public', key: 'set/' }] })
    .catch((cause: unknown) => cause)
  expect(error).toMatchObject({
    code: 'PLATFORM_DENIED',
    hint: expect.stringContaining('ssm policies') as string,
    facts: { missing: [{ Sid: 'Inputs', Resource: ['arn:aws:s3:::public/set/*'] }, { Sid: 'Buckets' }, { Sid: 'List2' }] },
  })
  expect(Object(error)).not.toMatchObject({ hint: expect.stringContaining('"Effect"') as string })
})
