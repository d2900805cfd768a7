import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { jobName } from '../../names/job-name.ts'
import type { JobRef } from '../../platform/jobs.ts'
import { interruptionsOf, processingState, statusOf, trainingState } from './job-state.ts'

const job: JobRef = { kind: 'training', name: jobName('train-1') }
const at = (second: number): Date => new Date(Date.UTC(2026, 10, 22, 0, 0, second))
const ms = (second: number): number => at(second).getTime()

const described: DescribeTrainingJobCommandOutput = {
  $metadata: {},
  TrainingJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
  TrainingJobName: 'train-1',
  ModelArtifacts: { S3ModelArtifacts: 's3://b/k' },
  AlgorithmSpecification: { TrainingInputMode: 'File' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 30 },
  StoppingCondition: {},
  EnableManagedSpotTraining: true,
  TrainingJobStatus: 'Completed',
  SecondaryStatus: 'Completed',
  CreationTime: at(0),
  TrainingStartTime: at(10),
  TrainingEndTime: at(100),
  BillableTimeInSeconds: 30,
  TrainingTimeInSeconds: 90,
  SecondaryStatusTransitions: [
    { Status: 'Starting', StartTime: at(0), EndTime: at(10), StatusMessage: 'Launching requested ML instances' },
    { Status: 'Training', StartTime: at(10), EndTime: at(50) },
    { Status: 'Interrupted', StartTime: at(50), EndTime: at(60) },
    { Status: 'Starting', StartTime: at(60), EndTime: at(70) },
    { Status: 'Training', StartTime: at(70), EndTime: at(100) },
    { Status: 'Completed', StartTime: at(100), EndTime: at(100) },
  ],
  FinalMetricDataList: [{ MetricName: 'loss', Value: 0.25, Timestamp: at(90) }, { MetricName: 'half' }],
}

test('a described training job becomes phases, billed seconds, interruptions and metrics', () => {
  const state = trainingState(job, described)
  expect(state).toMatchObject({
    ...job,
    status: 'completed',
    phase: 'Completed',
    machines: 2,
    createdAtMs: ms(0),
    startedAtMs: ms(10),
    endedAtMs: ms(100),
    billableSeconds: 30,
    interruptions: 1,
    finalMetrics: [{ name: 'loss', value: 0.25, atMs: ms(90) }],
  })
  expect(state.phases.map(({ name }) => name)).toEqual([
    'Starting',
    'Training',
    'Interrupted',
    'Starting',
    'Training',
    'Completed',
  ])
  expect(state.phases[0]).toEqual({
    name: 'Starting',
    startedAtMs: ms(0),
    endedAtMs: ms(10),
    message: 'Launching requested ML instances',
  })
})

test('an interruption is counted once, whether SageMaker says Interrupted, Restarting or both; a retry on demand is none', () => {
  const phases = (...names: readonly string[]) =>
    names.map((Status) => ({ Status, StartTime: at(0) })) as Parameters<typeof interruptionsOf>[0]
  expect(interruptionsOf(phases('Training', 'Interrupted', 'Restarting', 'Training'), true)).toBe(1)
  expect(interruptionsOf(phases('Training', 'Restarting', 'Training', 'Interrupted'), true)).toBe(2)
  expect(interruptionsOf(phases('Training', 'Restarting', 'Training'), false)).toBe(0)
})

test('machines of instance groups are added up', () => {
  const groups = [
    { InstanceGroupName: 'a', InstanceType: 'ml.m5.large', InstanceCount: 2 },
    { InstanceGroupName: 'b', InstanceType: 'ml.g5.xlarge', InstanceCount: 3 },
  ] as const
  expect(trainingState(job, { ...described, ResourceConfig: { VolumeSizeInGB: 1, InstanceGroups: [...groups] } }).machines).toBe(
    5,
  )
})

test('a job that ran out of time is stopped and says why by its phase', () => {
  const state = trainingState(job, { ...described, TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' })
  expect(state).toMatchObject({ status: 'stopped', phase: 'MaxRuntimeExceeded' })
})

test('a processing job has phases of its times and the exit message as its reason', () => {
  const response = {
    $metadata: {},
    ProcessingJobName: 'p',
    ProcessingJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/p',
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 3, VolumeSizeInGB: 1 } },
    AppSpecification: { ImageUri: 'x' },
    ProcessingJobStatus: 'Failed',
    CreationTime: at(0),
    ProcessingStartTime: at(10),
    ProcessingEndTime: at(20),
    ExitMessage: 'out of luck',
  } as const
  const state = processingState({ ...job, kind: 'processing' }, response)
  expect(state).toMatchObject({ status: 'failed', phase: 'Failed', machines: 3, failureReason: 'out of luck' })
  expect(state.phases).toEqual([
    { name: 'Starting', startedAtMs: ms(0), endedAtMs: ms(10) },
    { name: 'Processing', startedAtMs: ms(10), endedAtMs: ms(20) },
    { name: 'Failed', startedAtMs: ms(20) },
  ])
})

test('every status of SageMaker has one of ours, and an unknown one goes on', () => {
  expect(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Deleting', 'Brand new'].map(statusOf)).toEqual([
    'in-progress',
    'completed',
    'failed',
    'stopping',
    'stopped',
    'stopped',
    'in-progress',
  ])
})
