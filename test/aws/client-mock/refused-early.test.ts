import { project } from '@simple-sagemaker/core'
import { GetRoleCommand } from '@aws-sdk/client-iam'
import { GetBucketLocationCommand } from '@aws-sdk/client-s3'
import { bucketStatus, roleStatus } from '@simple-sagemaker/core/aws'
import { expect, test } from 'vitest'
import { testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'

test('a Dockerfile is refused where images cannot be built, before anything is asked of AWS', async () => {
  await using mocked = mockedAws()
  const platform = { ...mocked.platform, abilities: { ...mocked.platform.abilities, buildsImages: false } }
  const task = project('ex', { platform }).task('t').shell('true').dockerfile('RUN true')
  await expect(task.run()).rejects.toMatchObject({ code: 'PLATFORM_UNSUPPORTED' })
  for (const mock of [mocked.s3, mocked.iam, mocked.sagemaker, mocked.sts]) expect(sentTo(mock)).toEqual([])
})

test('whether the role of a project is there is asked of IAM, and who may not ask is told', async () => {
  await using mocked = mockedAws()
  const arn = `arn:aws:iam::${mockedAccount}:role/SimpleSageMaker-ex`
  const iam = mocked.clients.iam
  mocked.iam
    .on(GetRoleCommand)
    .resolvesOnce({ Role: { RoleName: 'x', Arn: arn, Path: '/', RoleId: 'A', CreateDate: new Date(0) } })
    .rejectsOnce(vendor('NoSuchEntityException', 'no', { httpStatusCode: 404 }))
    .rejects(vendor('AccessDenied', 'not authorized to perform: iam:GetRole', { httpStatusCode: 403 }))
  expect(await roleStatus('ex', { clients: { iam: () => iam } })).toEqual({ roleName: 'SimpleSageMaker-ex', arn })
  expect(await roleStatus('ex', { clients: { iam: () => iam } })).toEqual({ roleName: 'SimpleSageMaker-ex' })
  await expect(roleStatus('ex', { clients: { iam: () => iam } })).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    facts: { action: 'iam:GetRole' },
  })
})

test('whether the bucket is there is asked without listing it, and changes nothing', async () => {
  await using mocked = mockedAws()
  const { s3, sts } = mocked.clients
  const clients = { s3: () => s3, sts: () => sts }
  mocked.s3
    .on(GetBucketLocationCommand)
    .resolvesOnce({})
    .rejectsOnce(vendor('NoSuchBucket', 'no', { httpStatusCode: 404 }))
    .rejects(vendor('AccessDenied', 'no', { httpStatusCode: 403 }))
  expect(await bucketStatus('mine', { region: testRegion, clients })).toEqual({ bucket: 'mine', exists: true })
  const unnamed = await bucketStatus(undefined, { region: testRegion, clients })
  expect(unnamed).toEqual({ bucket: `sagemaker-${testRegion}-${mockedAccount}`, exists: false })
  await expect(bucketStatus('yours', { region: testRegion, clients })).rejects.toMatchObject({ code: 'BUCKET_FOREIGN' })
  expect(new Set(sentTo(mocked.s3))).toEqual(new Set(['GetBucketLocation']))
  for (const call of mocked.s3.calls()) expect(call.args[0].input).toMatchObject({ ExpectedBucketOwner: mockedAccount })
})
