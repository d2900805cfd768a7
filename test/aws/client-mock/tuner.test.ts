import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import type { CreateHyperParameterTuningJobRequest } from '../../../packages/core/src/platform/sagemaker-requests.ts'
import type { TuningProgress } from '../../../packages/core/src/platform/tuner.ts'
import { openClients } from '../../../packages/core/src/aws/clients.ts'
import { awsTuner } from '../../../packages/core/src/aws/jobs/tuner.ts'
import type { AwsNotice } from '../../../packages/core/src/aws/notices.ts'
import { systemClock } from '../../../packages/core/src/time/clock.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const request = {
  HyperParameterTuningJobName: 'train-0a1b2c3d4e',
  HyperParameterTuningJobConfig: { Strategy: 'Random', ResourceLimits: { MaxParallelTrainingJobs: 1 } },
} satisfies CreateHyperParameterTuningJobRequest
const name = request.HyperParameterTuningJobName
const summary = (number: number, more: object = {}) => ({
  TrainingJobName: `${name}-00${number}-0a1b2c3d`,
  TrainingJobArn: 'arn',
  CreationTime: at(number),
  TrainingJobStatus: 'Completed' as const,
  TunedHyperParameters: { lr: '0.1' },
  ...more,
})

test('a tuning job is created by one call with exactly its request; a name that is taken is told', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker
    .on(CreateHyperParameterTuningJobCommand)
    .resolvesOnce({})
    .rejectsOnce(vendor('ResourceInUse', 'exists', { attempts: 1 }))
    .rejects(vendor('ResourceInUse', 'exists', { attempts: 2 }))
  expect(await mocked.platform.tuner?.start(request)).toBe(true)
  expect(mocked.sagemaker.calls().map(({ args }) => args[0].input)).toEqual([request])
  expect(await mocked.platform.tuner?.start(request)).toBe(false)
  // An earlier attempt of the same call arrived.
  expect(await mocked.platform.tuner?.start(request)).toBe(true)
})

test('a tuning job is followed to its end, over all pages of its training jobs and through throttling', async () => {
  await using mocked = mockedAws({ clock: { ...systemClock, sleep: async () => undefined } })
  const described = { HyperParameterTuningJobName: name }
  mocked.sagemaker
    .on(DescribeHyperParameterTuningJobCommand)
    .resolvesOnce({ ...described, HyperParameterTuningJobStatus: 'InProgress' })
    .rejectsOnce(vendor('ThrottlingException', 'slow down'))
    .resolves({ ...described, HyperParameterTuningJobStatus: 'Completed' })
  const metric = { MetricName: 'loss', Value: 0.5 }
  mocked.sagemaker
    .on(ListTrainingJobsForHyperParameterTuningJobCommand)
    .resolves({
      TrainingJobSummaries: [
        summary(2, { TrainingJobStatus: 'Stopped' }),
        summary(1, { FinalHyperParameterTuningJobObjectiveMetric: metric, TrainingEndTime: at(60) }),
      ],
      NextToken: 'more',
    })
    .on(ListTrainingJobsForHyperParameterTuningJobCommand, { NextToken: 'more' })
    .resolves({ TrainingJobSummaries: [summary(3, { TrainingJobStatus: 'Failed', FailureReason: 'exit code 1' })] })
  const seen: TuningProgress[] = []
  for await (const progress of mocked.platform.tuner?.watch(name) ?? []) seen.push(progress)
  expect(seen.map(({ status }) => status)).toEqual(['in-progress', 'completed'])
  expect(seen[1]?.jobs).toEqual([
    {
      name: `${name}-001-0a1b2c3d`,
      status: 'completed',
      values: { lr: '0.1' },
      value: 0.5,
      createdAtMs: at(1).getTime(),
      endedAtMs: at(60).getTime(),
    },
    { name: `${name}-002-0a1b2c3d`, status: 'stopped', values: { lr: '0.1' }, createdAtMs: at(2).getTime() },
    {
      name: `${name}-003-0a1b2c3d`,
      status: 'failed',
      values: { lr: '0.1' },
      createdAtMs: at(3).getTime(),
      failureReason: 'exit code 1',
    },
  ])
})

test('a tuning job that is not there is none, and stopping one that has ended is quiet', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(DescribeHyperParameterTuningJobCommand).rejects(vendor('ResourceNotFound', 'not found'))
  mocked.sagemaker
    .on(StopHyperParameterTuningJobCommand)
    .resolvesOnce({})
    .rejects(vendor('ValidationException', 'The request was rejected because the tuning job is in status Completed'))
  expect(await mocked.platform.tuner?.describe(name)).toBeUndefined()
  await mocked.platform.tuner?.stop(name)
  await mocked.platform.tuner?.stop(name)
  expect(sentTo(mocked.sagemaker)).toEqual([
    'DescribeHyperParameterTuningJob',
    'StopHyperParameterTuningJob',
    'StopHyperParameterTuningJob',
  ])
})

/** The tuner of a mocked account, with what else it would be given there; nobody waits. */
function tunerOf({ sagemaker, clients: { sagemaker: client } }: ReturnType<typeof mockedAws>, isFreshRole = false) {
  const notices: AwsNotice[] = []
  const clock = { now: () => 0, sleep: async () => undefined }
  const tuner = awsTuner({
    clients: openClients({ region: testRegion, credentials: testKeys, clients: { sagemaker: () => client } }),
    clock,
    retryLimits: { unreachableMs: 1_000, expiredMs: 1_000 },
    notify: (notice) => void notices.push(notice),
    random: () => 0,
    isFreshRole: () => isFreshRole,
    describesPerSecond: 10,
  })
  return { tuner, notices, sagemaker }
}

test('a role that was made a moment ago may not be known yet: the request is sent through all the same', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({})
  const { tuner } = tunerOf(mocked, true)
  const definition = { RoleArn: 'arn:aws:iam::111122223333:role/mine' } as never // all that is looked at
  expect(await tuner.start({ ...request, TrainingJobDefinition: definition }, { signal: new AbortController().signal })).toBe(
    true,
  )
  expect(sentTo(mocked.sagemaker)).toEqual(['CreateHyperParameterTuningJob'])
})

test('a refusal of each call is told with the action and the name of the tuning job', async () => {
  await using mocked = mockedAws()
  const { tuner } = tunerOf(mocked)
  mocked.sagemaker.onAnyCommand().rejects(vendor('ValidationException', 'no such luck', { httpStatusCode: 400 }))
  const refused = (action: string, resource = name) => ({
    code: 'PLATFORM_REFUSED',
    facts: { action: `sagemaker:${action}`, resource },
  })
  await expect(tuner.start(request)).rejects.toMatchObject(refused('CreateHyperParameterTuningJob'))
  const nameless = { ...request, HyperParameterTuningJobName: undefined }
  await expect(tuner.start(nameless)).rejects.toMatchObject(refused('CreateHyperParameterTuningJob', ''))
  await expect(tuner.describe(name)).rejects.toMatchObject(refused('DescribeHyperParameterTuningJob'))
  await expect(tuner.jobs(name)).rejects.toMatchObject(refused('ListTrainingJobsForHyperParameterTuningJob'))
  await expect(tuner.stop(name)).rejects.toMatchObject(refused('StopHyperParameterTuningJob'))
  mocked.sagemaker.onAnyCommand().rejects(vendor('AccessDeniedException', 'status of this is secret', { httpStatusCode: 400 }))
  await expect(tuner.stop(name)).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
  // Whether an earlier attempt arrived is not told: then it is another's.
  mocked.sagemaker.on(CreateHyperParameterTuningJobCommand).rejects(vendor('ResourceInUse', 'exists'))
  expect(await tuner.start(request)).toBe(false)
})

test('an answer without its fields is a job of which nothing is known yet', async () => {
  await using mocked = mockedAws()
  const { tuner } = tunerOf(mocked)
  const list = mocked.sagemaker.on(ListTrainingJobsForHyperParameterTuningJobCommand)
  list.resolvesOnce({ TrainingJobSummaries: undefined })
  expect(await tuner.jobs(name)).toEqual([])
  const [one, two] = [summary(1, { CreationTime: at(1) }), summary(2, { CreationTime: at(1) })]
  list.resolves({ TrainingJobSummaries: [two, one, {} as never] })
  const found = await tuner.jobs(name, { signal: new AbortController().signal })
  expect(found).toMatchObject([
    { name: '', status: 'in-progress', values: {}, createdAtMs: 0 },
    // In the order of their names, for they were made in the same second.
    { name: one.TrainingJobName },
    { name: two.TrainingJobName },
  ])
  mocked.sagemaker
    .on(DescribeHyperParameterTuningJobCommand)
    .resolvesOnce({ HyperParameterTuningJobStatus: 'DeleteFailed', FailureReason: 'in use' })
    .resolves({ HyperParameterTuningJobStatus: undefined })
  expect(await tuner.describe(name)).toEqual({ status: 'stopped', failureReason: 'in use' })
  expect(await tuner.describe(name)).toEqual({ status: 'in-progress' })
})

test('following a tuning job waits for fresh credentials, and ends when it is gone, refused or no longer wanted', async () => {
  await using mocked = mockedAws()
  const { tuner, notices } = tunerOf(mocked)
  mocked.sagemaker.on(ListTrainingJobsForHyperParameterTuningJobCommand).resolves({ TrainingJobSummaries: [] })
  const described = mocked.sagemaker.on(DescribeHyperParameterTuningJobCommand)
  const follow = async (signal?: AbortSignal): Promise<readonly string[]> => {
    const seen: string[] = []
    for await (const { status } of tuner.watch(name, signal === undefined ? {} : { signal })) seen.push(status)
    return seen
  }
  described
    .rejectsOnce(vendor('ExpiredTokenException', 'The security token included in the request is expired'))
    .resolvesOnce({ HyperParameterTuningJobStatus: 'Failed' })
  expect(await follow()).toEqual(['failed'])
  expect(notices).toMatchObject([{ type: 'credentials-expired' }])

  described.rejects(vendor('ResourceNotFound', 'not found'))
  await expect(follow()).rejects.toMatchObject({ code: 'JOB_LOST', facts: { name } })
  described.rejects(vendor('AccessDeniedException', 'no'))
  await expect(follow()).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })

  const stop = new AbortController()
  const reason = new Error('enough')
  described.callsFake(() => {
    stop.abort(reason)
    throw vendor('ThrottlingException', 'slow down')
  })
  await expect(follow(stop.signal)).rejects.toBe(reason)
  await expect(follow(stop.signal)).rejects.toBe(reason)
})
