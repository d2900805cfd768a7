import {
  DescribeRepositoriesCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  GetAuthorizationTokenCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  GetBucketLocationCommand,
} from '@aws-sdk/client-s3'
import {
  CreateTrainingJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  UpdateTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { openClients } from '../../../packages/core/src/aws/clients.ts'
import { openEcr } from '../../../packages/core/src/aws/images/build/repository.ts'
import type { AwsNotice } from '../../../packages/core/src/aws/notices.ts'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { objectUri } from '../../../packages/core/src/names/object-uri.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAccount, mockedAws, vendor } from '../../support/aws/mocked.ts'

// What an answer of AWS may lack, as far as its types say so: it is then taken as nothing, and never as a failure of ours.

const at = (key: string) => objectUri(`s3://amzn-s3-demo-bucket/${key}`)
const training = { kind: 'training', name: jobName('train-1') } as const
const processing = { kind: 'processing', name: jobName('work-1') } as const
const refused = (name: string, more: object = {}): Error => vendor(name, 'no', { httpStatusCode: 400, ...more })

test('an object without a size, an etag or a date has none, and one that was written and is gone is told', async () => {
  await using mocked = mockedAws()
  const { s3, platform } = mocked
  s3.on(GetBucketLocationCommand).resolves({})
  s3.on(HeadObjectCommand).resolves({})
  expect(await platform.objects.find(at('k'))).toEqual({ uri: at('k'), sizeBytes: 0, etag: '', modifiedAtMs: 0 })
  s3.on(PutObjectCommand).resolves({})
  const body = { kind: 'bytes', bytes: Buffer.from('a') } as const
  expect(await platform.objects.write(at('k'), body, { onlyIf: 'absent' })).toMatchObject({ etag: '' })
  s3.on(HeadObjectCommand).rejects(vendor('NotFound', '', { httpStatusCode: 404 }))
  s3.on(ListObjectsV2Command).resolves({})
  await expect(platform.objects.write(at('k'), body, { onlyIf: 'absent' })).rejects.toMatchObject({
    code: 'OBJECT_MISSING',
    facts: { uri: at('k') },
  })
  await expect(platform.objects.write(at(''), body)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
})

test('a listing without its fields is empty, and keys that are not encoded are taken as they are', async () => {
  await using mocked = mockedAws()
  const { s3, platform } = mocked
  s3.on(GetBucketLocationCommand).resolves({})
  const list = async (): Promise<readonly object[]> => {
    const found: object[] = []
    for await (const child of platform.objects.children(at('p/'))) found.push(child)
    return found
  }
  s3.on(ListObjectsV2Command).resolves({})
  expect(await list()).toEqual([])
  s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'p/a%20b' }], CommonPrefixes: [{ Prefix: 'p/c%20d/' }] })
  const object = { uri: at('p/a%20b'), sizeBytes: 0, etag: '', modifiedAtMs: 0 }
  expect(await list()).toEqual([
    { kind: 'object', object },
    { kind: 'folder', name: 'c%20d' },
  ])
})

test('a removal that failed is told by the first object, also when S3 says nothing of it', async () => {
  await using mocked = mockedAws()
  const { s3, platform } = mocked
  s3.on(GetBucketLocationCommand).resolves({})
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Code: 'NoSuchKey', Key: 'a' }] })
  await platform.objects.remove([at('a')])
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{}, { Key: 'b', Code: 'AccessDenied' }] })
  await expect(platform.objects.remove([at('a'), at('b')])).rejects.toMatchObject({
    code: 'PLATFORM_UNREACHABLE',
    facts: { failed: 2, keys: [undefined, 'b'], error: 'InternalError' },
  })
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'b', Code: 'AccessDenied', Message: 'Access Denied' }] })
  await expect(platform.objects.remove([at('b')])).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
})

test('a job is described as far as its answer goes, and AWS asking to slow down is told', async () => {
  const notices: AwsNotice[] = []
  await using mocked = mockedAws({ onNotice: (notice) => void notices.push(notice) })
  const { sagemaker, platform } = mocked
  sagemaker.on(DescribeTrainingJobCommand).resolves({ $metadata: { attempts: 2 } })
  sagemaker.on(DescribeProcessingJobCommand).resolves({ $metadata: { attempts: 2 } })
  for (const job of [training, processing]) {
    expect(await platform.jobs.describe(job)).toMatchObject({ ...job, status: 'in-progress' })
    expect(await platform.jobs.request?.(job)).toMatchObject({ kind: job.kind })
    for await (const { status } of platform.jobs.watch(job)) {
      expect(status).toBe('in-progress')
      break
    }
  }
  expect(notices.map((notice) => notice.type === 'slowed-down' && notice.action)).toEqual([
    'sagemaker:DescribeTrainingJob',
    'sagemaker:DescribeProcessingJob',
  ])
  sagemaker.on(DescribeTrainingJobCommand).rejects(refused('ResourceNotFound'))
  sagemaker.on(DescribeProcessingJobCommand).rejects(refused('ResourceNotFound'))
  for (const job of [training, processing]) {
    expect(await platform.jobs.request?.(job)).toBeUndefined()
    expect(await platform.jobs.usage?.(job)).toEqual([])
  }
  await expect(platform.jobs.start({ kind: 'training', input: {} as never })).rejects.toMatchObject({ facts: { resource: '' } })
  sagemaker.on(CreateTrainingJobCommand).rejects(vendor('ResourceInUse', 'exists'))
  await expect(platform.jobs.start({ kind: 'training', input: {} as never })).rejects.toMatchObject({ facts: { job: '' } })
})

test('machines that are not kept warm any more need no change, and any other refusal is told', async () => {
  await using mocked = mockedAws()
  const { sagemaker, platform } = mocked
  const warm = (Status: string) => ({
    ResourceConfig: { KeepAlivePeriodInSeconds: 60, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } as const,
    WarmPoolStatus: { Status: Status as 'Available' },
    $metadata: {},
  })
  sagemaker.on(UpdateTrainingJobCommand).rejects(refused('ValidationException'))
  for (const status of ['Terminated', 'Reused']) {
    sagemaker.on(DescribeTrainingJobCommand).resolves(warm(status))
    await platform.jobs.keepWarm?.(training, 0)
  }
  sagemaker.on(DescribeTrainingJobCommand).resolves(warm('Available'))
  await expect(platform.jobs.keepWarm?.(training, 0)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
  sagemaker.on(DescribeTrainingJobCommand).rejects(refused('ResourceNotFound'))
  await expect(platform.jobs.keepWarm?.(training, 0)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
})

test('measurements without a name, a time or a value are passed over or count as nothing', async () => {
  await using mocked = mockedAws()
  const created = new Date(0)
  mocked.sagemaker
    .on(DescribeTrainingJobCommand)
    .resolves({ $metadata: {}, CreationTime: created, ResourceConfig: { InstanceCount: 1, VolumeSizeInGB: 1 } })
  const usage = mocked.cloudwatch.on(GetMetricDataCommand)
  usage.resolves({})
  expect(await mocked.platform.jobs.usage?.(training)).toEqual([])
  usage.resolves({
    MetricDataResults: [
      {},
      { Label: 'algo-1 Unheard', Timestamps: [created], Values: [1] },
      { Label: 'algo-1 CPUUtilization', Timestamps: [created] },
      { Label: 'algo-1 GPUUtilization' },
    ],
  })
  expect(await mocked.platform.jobs.usage?.(training)).toEqual([{ machine: 'algo-1', atMs: 0, cpuPercent: 0 }])
})

const repository = { account: mockedAccount, region: testRegion, name: 'team/mine' }
const uri = `${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com/team/mine`

function ecrOf({ ecr, clients }: ReturnType<typeof mockedAws>) {
  const opened = openClients({ region: testRegion, credentials: testKeys, clients: { ecr: () => clients.ecr } })
  return { mock: ecr, calls: openEcr(opened, undefined) }
}

test('a repository that another client made a moment ago is found, or named as ECR names it', async () => {
  await using mocked = mockedAws()
  const { mock, calls } = ecrOf(mocked)
  const described = mock.on(DescribeRepositoriesCommand)
  const missing = refused('RepositoryNotFoundException')
  mock.on(CreateRepositoryCommand).rejects(refused('RepositoryAlreadyExistsException'))
  described.rejectsOnce(missing).resolvesOnce({ repositories: [{ repositoryUri: 'found' }] })
  expect(await calls.ensure(repository)).toEqual({ uri: 'found', created: false })
  described.rejects(missing)
  expect(await calls.ensure(repository)).toEqual({ uri, created: false })
  mock.on(CreateRepositoryCommand).resolves({})
  expect(await calls.ensure(repository)).toEqual({ uri, created: false })
  described.rejects(refused('AccessDeniedException'))
  await expect(calls.ensure(repository)).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
})

test('a tag that another client set a moment ago is enough, and any other refusal is told', async () => {
  await using mocked = mockedAws()
  const { mock, calls } = ecrOf(mocked)
  mock.on(BatchGetImageCommand).resolves({})
  expect(await calls.digest(repository, 'v1')).toBeUndefined()
  mock.on(PutImageCommand).rejectsOnce(refused('ImageAlreadyExistsException')).rejects(refused('AccessDeniedException'))
  await calls.retag(repository, 'sha256:1', 'v1')
  await expect(calls.retag(repository, 'sha256:1', 'v1')).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
  mock.on(BatchGetImageCommand).rejects(refused('AccessDeniedException'))
  await expect(calls.digest(repository, 'v1')).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
})

test.each([
  ['no answer', {}, /not sent to/],
  ['a token of nowhere', { authorizationData: [{}] }, /not sent to/],
  ['no token', { authorizationData: [{ proxyEndpoint: `https://${uri.split('/')[0]}` }] }, /no token/],
  [
    'a token without a password',
    { authorizationData: [{ proxyEndpoint: `https://${uri.split('/')[0]}`, authorizationToken: btoa('AWS') }] },
    /no token/,
  ],
])('a login for which ECR gives %s is refused', async (_, answer, message) => {
  await using mocked = mockedAws()
  const { mock, calls } = ecrOf(mocked)
  mock.on(GetAuthorizationTokenCommand).resolves(answer)
  await expect(calls.login(repository, uri)).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    message: expect.stringMatching(message) as string,
  })
})
