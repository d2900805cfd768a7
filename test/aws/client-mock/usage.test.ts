import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeLogStreamsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeProcessingJobCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import { reportOf } from '@simple-sagemaker/core/report'
import { expect, test } from 'vitest'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { mockedAws, vendor } from '../../support/aws/mocked.ts'

const name = jobName('train-2026-03-01-12-00-00-AbCd1234')
const described = {
  TrainingJobName: name,
  TrainingJobStatus: 'Completed',
  SecondaryStatus: 'Completed',
  CreationTime: new Date('2026-03-01T12:00:00Z'),
  TrainingEndTime: new Date('2026-03-01T12:30:00Z'),
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 30 },
  Environment: { TOKEN: 'not for everybody' },
  HyperParameters: { lr: '0.1' },
  BillableTimeInSeconds: 100,
  $metadata: {},
} as const

test('what machines used is asked of CloudWatch by host, page after page', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(DescribeTrainingJobCommand).resolves(described)
  const [first, second] = [new Date('2026-03-01T12:05:00Z'), new Date('2026-03-01T12:06:00Z')]
  mocked.cloudwatch
    .on(GetMetricDataCommand)
    .resolvesOnce({
      MetricDataResults: [
        { Label: 'algo-1 CPUUtilization', Timestamps: [first, second], Values: [80, 90] },
        { Label: 'algo-2 CPUUtilization', Timestamps: [first], Values: [70] },
      ],
      NextToken: 'more',
    })
    .resolves({ MetricDataResults: [{ Label: 'algo-1 GPUMemoryUtilization', Timestamps: [first], Values: [40] }] })
  expect(await mocked.platform.jobs.usage?.({ kind: 'training', name })).toEqual([
    { machine: 'algo-1', atMs: first.getTime(), cpuPercent: 80, gpuMemoryPercent: 40 },
    { machine: 'algo-2', atMs: first.getTime(), cpuPercent: 70 },
    { machine: 'algo-1', atMs: second.getTime(), cpuPercent: 90 },
  ])
  const [asked, again] = mocked.cloudwatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)
  expect(again?.NextToken).toBe('more')
  expect(asked?.MetricDataQueries).toHaveLength(10)
  expect(asked?.MetricDataQueries?.[5]?.MetricStat).toEqual({
    Metric: {
      Namespace: '/aws/sagemaker/TrainingJobs',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'Host', Value: `${name}/algo-2` }],
    },
    Period: 60,
    Stat: 'Average',
  })
})

test('the request of a job is read from its description, without the values of its environment', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(DescribeTrainingJobCommand).resolves(described)
  mocked.sagemaker.on(DescribeProcessingJobCommand).resolves({
    ProcessingJobName: name,
    ProcessingJobStatus: 'Completed',
    AppSpecification: { ImageUri: 'image' },
    Environment: { TOKEN: 'not for everybody' },
    CreationTime: new Date(),
    $metadata: {},
  } as never)
  const training = await mocked.platform.jobs.request?.({ kind: 'training', name })
  expect(training).toEqual({
    kind: 'training',
    input: {
      TrainingJobName: name,
      ResourceConfig: described.ResourceConfig,
      HyperParameters: { lr: '0.1' },
      Environment: { TOKEN: '<not kept>' },
    },
  })
  const processing = await mocked.platform.jobs.request?.({ kind: 'processing', name })
  expect(processing?.input).toEqual({
    ProcessingJobName: name,
    AppSpecification: { ImageUri: 'image' },
    Environment: { TOKEN: '<not kept>' },
  })
})

test('whoever may not read CloudWatch gets a report that says what is missing', async () => {
  await using mocked = mockedAws()
  mocked.sagemaker.on(DescribeTrainingJobCommand).resolves(described)
  mocked.cloudwatch
    .on(GetMetricDataCommand)
    .rejects(vendor('AccessDenied', 'User: me is not authorized to perform: cloudwatch:GetMetricData'))
  mocked.logs.on(FilterLogEventsCommand).resolves({ events: [] })
  mocked.logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [] })
  const report = await reportOf({ platform: mocked.platform, job: name })
  expect(report.jobs[0]?.state.billableSeconds).toBe(100)
  expect(report.leftOut.join()).toContain('cloudwatch:GetMetricData')
})
