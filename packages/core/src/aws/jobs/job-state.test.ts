import type { DescribeProcessingJobCommandOutput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
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

const processing: JobRef = { ...job, kind: 'processing' }
const processed: DescribeProcessingJobCommandOutput = {
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
}

test('a described training job becomes phases, billed seconds, interruptions and metrics', () => {
  const state = trainingState(job, described)
  const { phases, ...facts } = state
  expect(facts).toStrictEqual({
    ...job,
    status: 'completed',
    phase: 'Completed',
    machines: 2,
    instanceType: 'ml.m5.large',
    runSeconds: 90,
    createdAtMs: ms(0),
    startedAtMs: ms(10),
    endedAtMs: ms(100),
    billableSeconds: 30,
    interruptions: 1,
    finalMetrics: [{ name: 'loss', value: 0.25, atMs: ms(90) }],
  })
  expect(phases.map(({ name }) => name)).toEqual(['Starting', 'Training', 'Interrupted', 'Starting', 'Training', 'Completed'])
  expect(phases[0]).toEqual({
    name: 'Starting',
    startedAtMs: ms(0),
    endedAtMs: ms(10),
    message: 'Launching requested ML instances',
  })
})

test('a training job of which SageMaker tells nothing but its name is starting on one machine', () => {
  const { $metadata, TrainingJobArn, TrainingJobName, ModelArtifacts, AlgorithmSpecification, StoppingCondition } = described
  const bare = { $metadata, TrainingJobArn, TrainingJobName, ModelArtifacts, AlgorithmSpecification, StoppingCondition }
  const expected = { ...job, status: 'in-progress', phases: [], machines: 1, createdAtMs: 0, interruptions: 0, finalMetrics: [] }
  expect(trainingState(job, bare as DescribeTrainingJobCommandOutput)).toStrictEqual({ ...expected, phase: 'Starting' })
  const resources = { VolumeSizeInGB: 30 }
  expect(
    trainingState(job, {
      ...bare,
      TrainingJobStatus: 'InProgress',
      ResourceConfig: resources,
    } as DescribeTrainingJobCommandOutput),
  ).toStrictEqual({ ...expected, phase: 'InProgress' })
  const transitions = [{}] as unknown as DescribeTrainingJobCommandOutput['SecondaryStatusTransitions']
  const nameless = { ...bare, SecondaryStatusTransitions: transitions } as DescribeTrainingJobCommandOutput
  expect(trainingState(job, nameless).phases).toStrictEqual([{ name: 'Starting', startedAtMs: 0 }])
})

test('a metric without a name is none', () => {
  const FinalMetricDataList = [{ Value: 1 }, { MetricName: 'loss', Value: 2 }]
  expect(trainingState(job, { ...described, FinalMetricDataList }).finalMetrics).toEqual([{ name: 'loss', value: 2, atMs: 0 }])
})

test.each(['InProgress', 'Stopping'] as const)('a job that is %s has no end, whatever was changed last', (status) => {
  const changed = { TrainingJobStatus: status, LastModifiedTime: at(40), TrainingEndTime: undefined }
  expect(trainingState(job, { ...described, ...changed })).not.toHaveProperty('endedAtMs')
  const processing = { ...processed, ProcessingJobStatus: status, LastModifiedTime: at(40), ProcessingEndTime: undefined }
  expect(processingState(job, processing)).not.toHaveProperty('endedAtMs')
})

test('a job that never started ended when it was changed last', () => {
  const { TrainingStartTime: _start, TrainingEndTime: _end, ...never } = described
  const failed = { ...never, TrainingJobStatus: 'Failed', FailureReason: 'CapacityError', LastModifiedTime: at(40) } as const
  const state = trainingState(job, failed)
  expect(state).toMatchObject({ endedAtMs: ms(40), failureReason: 'CapacityError' })
  expect(state).not.toHaveProperty('startedAtMs')
})

test('a Restarting counts as an interruption of spot jobs alone', () => {
  const SecondaryStatusTransitions = [{ Status: 'Restarting', StartTime: at(1) }] as const
  const restarted = { ...described, SecondaryStatusTransitions: [...SecondaryStatusTransitions] }
  expect(trainingState(job, restarted).interruptions).toBe(1)
  expect(trainingState(job, { ...restarted, EnableManagedSpotTraining: false }).interruptions).toBe(0)
  expect(trainingState(job, { ...restarted, EnableManagedSpotTraining: undefined }).interruptions).toBe(0)
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
  expect(processingState(processing, processed)).toStrictEqual({
    ...processing,
    status: 'failed',
    phase: 'Failed',
    phases: [
      { name: 'Starting', startedAtMs: ms(0), endedAtMs: ms(10) },
      { name: 'Processing', startedAtMs: ms(10), endedAtMs: ms(20) },
      { name: 'Failed', startedAtMs: ms(20) },
    ],
    machines: 3,
    instanceType: 'ml.m5.large',
    createdAtMs: ms(0),
    startedAtMs: ms(10),
    endedAtMs: ms(20),
    failureReason: 'out of luck',
    interruptions: 0,
    finalMetrics: [],
  })
  expect(processingState(processing, { ...processed, FailureReason: '' }).failureReason).toBe('out of luck')
  expect(processingState(processing, { ...processed, FailureReason: 'first' }).failureReason).toBe('first')
})

test('how a processing program ended is told when SageMaker only says that it failed', () => {
  const failed = (FailureReason: string, ExitMessage: string) =>
    processingState(processing, { ...processed, FailureReason, ExitMessage }).failureReason
  const left = 'exit code 75 on algo-1\nnot finished'
  expect(failed('AlgorithmError: See job logs for more information', left)).toBe(`AlgorithmError: ${left}`)
  expect(failed('AlgorithmError: ', left)).toBe(`AlgorithmError: ${left}`)
  expect(failed('InternalServerError: We encountered an internal error. Please try again.', left)).toMatch(/^InternalServerError/)
  expect(failed('AlgorithmError: See job logs for more information', '')).toBe(
    'AlgorithmError: See job logs for more information',
  )
})

test('the exit message of a processing job that did not fail is no reason', () => {
  const completed = processingState(processing, { ...processed, ProcessingJobStatus: 'Completed' })
  expect(completed).toMatchObject({ status: 'completed', phase: 'Completed' })
  expect(completed).not.toHaveProperty('failureReason')
})

test('a processing job is starting until it has a start, and then processing', () => {
  const { ProcessingStartTime, ProcessingEndTime: _end, ExitMessage: _message, ...starting } = processed
  const running = { ...starting, ProcessingJobStatus: 'InProgress' } as const
  const state = processingState(processing, running)
  expect(state).toMatchObject({ status: 'in-progress', phase: 'Starting' })
  expect(state.phases).toStrictEqual([{ name: 'Starting', startedAtMs: ms(0) }])
  const started = processingState(processing, { ...running, ProcessingStartTime })
  expect(started.phase).toBe('Processing')
  expect(started.phases.map(({ name }) => name)).toEqual(['Starting', 'Processing'])
})

test('a processing job of which SageMaker tells nothing but its name is starting on one machine', () => {
  const bare = { $metadata: {} } as DescribeProcessingJobCommandOutput
  const one = { ...processing, status: 'in-progress', phase: 'Starting', machines: 1, createdAtMs: 0, interruptions: 0 }
  const expected = { ...one, phases: [{ name: 'Starting', startedAtMs: 0 }], finalMetrics: [] }
  expect(processingState(processing, bare)).toStrictEqual(expected)
  const resources = {} as DescribeProcessingJobCommandOutput['ProcessingResources']
  expect(processingState(processing, { ...bare, ProcessingResources: resources })).toStrictEqual(expected)
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

test('what became of a warm pool is told of a job that keeps its machines, and of no other', () => {
  const ResourceConfig = { ...described.ResourceConfig, KeepAlivePeriodInSeconds: 600 } as const
  const pool = (more: Partial<DescribeTrainingJobCommandOutput>) => trainingState(job, { ...described, ...more })
  expect(pool({}).warmPool).toBeUndefined()
  expect(pool({ ResourceConfig, TrainingJobStatus: 'InProgress' }).warmPool).toMatchObject({
    status: 'in-use',
    keepSeconds: 600,
  })
  // SageMaker says nothing of the pool of a job that ended without ever having machines.
  expect(pool({ ResourceConfig }).warmPool).toMatchObject({ status: 'terminated' })
  const WarmPoolStatus = { Status: 'Reused', ReusedByJob: 'next-1', ResourceRetainedBillableTimeInSeconds: 90 } as const
  expect(pool({ ResourceConfig, WarmPoolStatus })).toMatchObject({
    warmSeconds: 90,
    warmPool: {
      status: 'reused',
      reusedBy: 'next-1',
      settings: { 'instance type': 'ml.m5.large', 'instance count': '2', 'volume size in GiB': '30' },
    },
  })
})
