import { GetRoleCommand, GetRolePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  StopProcessingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { afterEach, expect, test, vi } from 'vitest'
import type { Platform } from '../../../packages/core/src/platform/platform.ts'
import { objectUri } from '../../../packages/core/src/names/object-uri.ts'
import { shellRequest, refOf } from '../../../packages/core/src/testing/job-requests.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'

afterEach(() => void vi.useRealTimers())

const folder = objectUri('s3://amzn-s3-demo-bucket/x/')
const kinds = ['training', 'processing'] as const
const commands = {
  training: { create: CreateTrainingJobCommand, describe: DescribeTrainingJobCommand, stop: StopTrainingJobCommand },
  // The same shape as above: what differs in the inputs and outputs is not looked at here.
  processing: {
    create: CreateProcessingJobCommand as unknown as typeof CreateTrainingJobCommand,
    describe: DescribeProcessingJobCommand as unknown as typeof DescribeTrainingJobCommand,
    stop: StopProcessingJobCommand as unknown as typeof StopTrainingJobCommand,
  },
} as const
const requestOf = (kind: (typeof kinds)[number]) => shellRequest(kind, folder, { shell: 'true' })
const resourceInUse = (attempts: number): Error =>
  vendor('ResourceInUse', 'Training job names must be unique within an AWS account and region', { attempts, httpStatusCode: 400 })

test.each(kinds)('a %s job is created by one call with exactly its request', async (kind) => {
  await using mocked = mockedAws()
  const request = requestOf(kind)
  mocked.sagemaker.on(commands[kind].create).resolves({})
  await mocked.platform.jobs.start(request)
  expect(mocked.sagemaker.calls().map(({ args }) => args[0].input)).toEqual([request.input])
  expect(mocked.sagemaker.commandCalls(commands[kind].create)).toHaveLength(1)
})

test.each(kinds)('a %s name that is taken is refused, unless an earlier attempt of the same call took it', async (kind) => {
  await using mocked = mockedAws()
  const request = requestOf(kind)
  mocked.sagemaker.on(commands[kind].create).rejectsOnce(resourceInUse(1)).rejects(resourceInUse(2))
  await expect(mocked.platform.jobs.start(request)).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    facts: { job: refOf(request).name },
    hint: expect.stringContaining('new name') as string,
  })
  await mocked.platform.jobs.start(request)
  expect(mocked.sagemaker.calls()).toHaveLength(2)
})

const me = `arn:aws:iam::${mockedAccount}:user/me`
const limit =
  "The account-level service limit 'ml.p3.2xlarge for spot training job usage' is 1 Instances, with current utilization of 1 Instances and a request delta of 2 Instances."
const refusals = [
  {
    what: 'an exhausted quota',
    error: vendor('ResourceLimitExceeded', limit, { httpStatusCode: 400, requestId: 'r-1' }),
    code: 'PLATFORM_QUOTA',
    hint: /"ml\.p3\.2xlarge for spot training job usage".*Service Quotas/,
    facts: { quota: 'ml.p3.2xlarge for spot training job usage', limit: 1, used: 1, asked: 2, requestId: 'r-1', httpStatus: 400 },
  },
  {
    what: 'missing capacity',
    error: vendor(
      'CapacityError',
      'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.',
    ),
    code: 'PLATFORM_CAPACITY',
    hint: /another machine type, another region/,
    facts: { error: 'CapacityError' },
  },
  {
    what: 'a denial',
    error: vendor(
      'AccessDeniedException',
      `User: ${me} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::${mockedAccount}:role/mine because no identity-based policy allows the iam:PassRole action`,
    ),
    code: 'PLATFORM_DENIED',
    hint: /Add this statement to a policy of arn:aws:iam::111122223333:user\/me/,
    facts: {
      principal: me,
      statement: { Effect: 'Allow', Action: ['iam:PassRole'], Resource: [`arn:aws:iam::${mockedAccount}:role/mine`] },
    },
  },
  {
    what: 'throttling to the end',
    error: vendor('ThrottlingException', 'Rate exceeded', { attempts: 8 }),
    code: 'PLATFORM_THROTTLED',
    hint: /again in a minute/,
    facts: { error: 'ThrottlingException' },
  },
  {
    what: 'expired credentials',
    error: vendor('ExpiredTokenException', 'The security token included in the request is expired'),
    code: 'PLATFORM_CREDENTIALS',
    hint: /Log in again/,
    facts: { expired: true },
  },
  {
    what: 'a bad request',
    error: vendor('ValidationException', "1 validation error detected: Value 'x' at 'trainingJobName' failed"),
    code: 'PLATFORM_REFUSED',
    hint: /correct the request/,
    facts: { error: 'ValidationException' },
  },
]

test.each(refusals)('$what is told in our words, with a next step and the facts, whatever was asked', async (refusal) => {
  const { error, code, hint, facts } = refusal
  for (const kind of kinds) {
    await using mocked = mockedAws()
    const job = refOf(requestOf(kind))
    const { create, describe, stop } = commands[kind]
    for (const command of [create, describe, stop] as (typeof create)[]) mocked.sagemaker.on(command).rejects(error)
    const wanted = { code, cause: error, hint: expect.stringMatching(hint) as string, facts }
    const Kind = kind === 'training' ? 'Training' : 'Processing'
    const acts: readonly (readonly [string, Promise<unknown>])[] = [
      ['Create', mocked.platform.jobs.start(requestOf(kind))],
      ['Describe', mocked.platform.jobs.describe(job)],
      ['Stop', mocked.platform.jobs.stop(job)],
    ]
    for (const [verb, act] of acts) {
      await expect(act).rejects.toMatchObject(wanted)
      // A denial names the action that AWS named.
      const action = code === 'PLATFORM_DENIED' ? 'iam:PassRole' : `sagemaker:${verb}${Kind}Job`
      await expect(act).rejects.toMatchObject({ facts: { action } })
    }
    expect(mocked.sagemaker.calls()).toHaveLength(3)
  }
})

test.each(kinds)('a %s job that is not there is undefined, whichever way SageMaker says so', async (kind) => {
  await using mocked = mockedAws()
  const job = refOf(requestOf(kind))
  mocked.sagemaker
    .on(commands[kind].describe)
    .rejectsOnce(vendor('ValidationException', 'Requested resource not found.'))
    .rejectsOnce(vendor('ResourceNotFound', 'Could not find job'))
  expect(await mocked.platform.jobs.describe(job)).toBeUndefined()
  expect(await mocked.platform.jobs.describe(job)).toBeUndefined()
})

test('a training job that is being deleted is gone', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(DescribeTrainingJobCommand).resolves({ $metadata: {}, TrainingJobStatus: 'Deleting' })
  expect(await mocked.platform.jobs.describe(refOf(requestOf('training')))).toBeUndefined()
})

test.each(kinds)('stopping a %s job that has ended is quiet, stopping what is not there is an error', async (kind) => {
  await using mocked = mockedAws()
  const job = refOf(requestOf(kind))
  mocked.sagemaker
    .on(commands[kind].stop)
    .rejectsOnce(vendor('ValidationException', `The request was rejected because the ${kind} job is in status Completed.`))
    .rejects(vendor('ValidationException', 'Requested resource not found.'))
  await mocked.platform.jobs.stop(job)
  await expect(mocked.platform.jobs.stop(job)).rejects.toMatchObject({ code: 'JOB_LOST', facts: { resource: job.name } })
})

const unknownRole = vendor(
  'ValidationException',
  "Could not assume role arn:aws:iam::1:role/x. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
)
const noAccessYet = vendor('ValidationException', 'The execution role does not have s3:GetObject permissions on s3://b')
const need = {
  project: 'ex',
  bucket: 'amzn-s3-demo-bucket',
  writablePrefixes: ['ex/'],
  readableAddresses: [],
  imageUri: 'x',
  kmsKeys: [],
  vpc: false,
}

type MockedAws = ReturnType<typeof mockedAws>

/** A role of ours, made this moment, and a request for a job that runs with it. */
async function freshlyMade(mocked: MockedAws): Promise<Parameters<Platform['jobs']['start']>[0]> {
  mocked.iam.on(GetRoleCommand).rejects(vendor('NoSuchEntityException', 'no', { httpStatusCode: 404 }))
  mocked.iam.on(GetRolePolicyCommand).rejects(vendor('NoSuchEntityException', 'no', { httpStatusCode: 404 }))
  mocked.iam.on(CreateRoleCommand).resolves({})
  mocked.iam.on(PutRolePolicyCommand).resolves({})
  const request = requestOf('training')
  request.input.RoleArn = await mocked.platform.roles.ensure(need)
  return request
}

/** What loads modules is not moved on by a clock. */
async function firstCall({ sagemaker }: MockedAws): Promise<void> {
  while (sagemaker.calls().length === 0) await new Promise((resolve) => setImmediate(resolve))
}

test('a role just made is waited for with growing pauses, and the job is created once it is known', async () => {
  await using mocked = mockedAws()
  const request = await freshlyMade(mocked)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  const startMs = Date.now()
  mocked.sagemaker
    .on(CreateTrainingJobCommand)
    .rejectsOnce(unknownRole)
    .rejectsOnce(noAccessYet)
    .rejectsOnce(unknownRole)
    .resolves({})
  const starting = mocked.platform.jobs.start(request).then(() => Date.now())
  await firstCall(mocked)
  await vi.advanceTimersByTimeAsync(90_000)
  expect((await starting) - startMs).toBeLessThan(60_000)
  expect(sentTo(mocked.sagemaker)).toEqual(Array.from({ length: 4 }, () => 'CreateTrainingJob'))
})

test('a role that stays unknown is given up after a minute and a half, with what SageMaker said', async () => {
  await using mocked = mockedAws()
  const request = await freshlyMade(mocked)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  mocked.sagemaker.on(CreateTrainingJobCommand).rejects(unknownRole)
  const ended = mocked.platform.jobs.start(request).catch((error: unknown) => error)
  await firstCall(mocked)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(await ended).toMatchObject({ code: 'PLATFORM_REFUSED', cause: unknownRole })
  expect(mocked.sagemaker.calls().length).toBeGreaterThan(5)
})

test('waiting for a role ends with the signal', async () => {
  await using mocked = mockedAws()
  const request = await freshlyMade(mocked)
  const stop = new AbortController()
  const reason = new Error('enough')
  mocked.sagemaker.on(CreateTrainingJobCommand).callsFake(() => {
    setImmediate(() => stop.abort(reason))
    throw unknownRole
  })
  await expect(mocked.platform.jobs.start(request, { signal: stop.signal })).rejects.toBe(reason)
  expect(mocked.sagemaker.calls()).toHaveLength(1)
})

test('another refusal ends the waiting for a fresh role, and a role that was there before is not waited for', async () => {
  await using mocked = mockedAws()
  const request = await freshlyMade(mocked)
  mocked.sagemaker.on(CreateTrainingJobCommand).rejects(vendor('ValidationException', '1 validation error detected'))
  await expect(mocked.platform.jobs.start(request)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
  mocked.sagemaker.on(CreateTrainingJobCommand).rejects(unknownRole)
  request.input.RoleArn = `arn:aws:iam::${mockedAccount}:role/mine`
  await expect(mocked.platform.jobs.start(request)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED', cause: unknownRole })
  expect(mocked.sagemaker.calls()).toHaveLength(2)
})
