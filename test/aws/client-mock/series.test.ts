import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import { jobSeries } from '@simple-sagemaker/core/jobs'
import { expect, test } from 'vitest'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { mockedAws } from '../../support/aws/mocked.ts'

const name = jobName('train-2026-01-01-00-00-00-AbCd1234')

test('the values of a metric over the time of a job on AWS come from the logs of all its machines, with the expressions of its request', async () => {
  await using mocked = mockedAws()
  const event = (machine: string, second: number, message: string) => ({
    logStreamName: `${name}/${machine}-1`,
    timestamp: second * 1_000,
    message,
  })
  mocked.sagemaker.on(DescribeTrainingJobCommand).resolves({
    $metadata: {},
    TrainingJobName: name,
    TrainingJobStatus: 'Completed',
    CreationTime: new Date(0),
    TrainingEndTime: new Date(9_000),
    ResourceConfig: { InstanceCount: 2, InstanceType: 'ml.m5.large', VolumeSizeInGB: 30 },
    AlgorithmSpecification: { TrainingInputMode: 'File', MetricDefinitions: [{ Name: 'loss', Regex: 'loss=([0-9.]+)' }] },
  })
  mocked.logs
    .on(FilterLogEventsCommand)
    .callsFake(({ nextToken }: { readonly nextToken?: string }) =>
      nextToken === undefined
        ? { events: [event('algo-1', 1, 'loss=3'), event('algo-2', 2, 'loss=2 acc=0.5')], nextToken: 'more' }
        : { events: [event('algo-1', 3, 'a word'), event('algo-1', 4, 'loss=1')] },
    )
  const job = { kind: 'training', name } as const
  const { loss = [], ...others } = await jobSeries(job, mocked.platform)
  expect(others).toEqual({})
  expect(loss.filter(({ machine }) => machine === 'algo-1')).toEqual([
    { machine: 'algo-1', value: 3, atMs: 1_000 },
    { machine: 'algo-1', value: 1, atMs: 4_000 },
  ])
  expect(loss.filter(({ machine }) => machine === 'algo-2').map(({ value }) => value)).toEqual([2])
  expect((await jobSeries(job, mocked.platform, { metrics: { acc: /acc=([0-9.]+)/ } }))['acc']).toMatchObject([
    { machine: 'algo-2', value: 0.5 },
  ])
})
