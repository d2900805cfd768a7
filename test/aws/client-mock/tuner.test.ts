import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import type { CreateHyperParameterTuningJobRequest } from '../../../packages/core/src/platform/sagemaker-requests.ts'
import type { TuningProgress } from '../../../packages/core/src/platform/tuner.ts'
import { systemClock } from '../../../packages/core/src/time/clock.ts'
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
