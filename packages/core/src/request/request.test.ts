import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import { jobName } from '../names/job-name.ts'
import { layoutOf } from '../names/layout.ts'
import { objectUri } from '../names/object-uri.ts'
import { taskName } from '../names/task-name.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { manifestOf } from './channels.ts'
import type { RequestFacts, ResolvedInput } from './facts.ts'
import { processingRequest } from './processing.ts'
import { trainingRequest } from './training.ts'

const training = taskOf('t')
const processing: TaskSpec = { ...training, kind: 'processing', spot: false }
const job = jobName('t-1')
const layout = layoutOf({ bucket: 'bucket', prefix: '', project: training.project, task: taskName('t') })
const code = { launcherSha256: 'a', settingsSha256: 'b', bundleSha256: 'c' }
const facts: RequestFacts = {
  job,
  layout,
  roleArn: 'arn:aws:iam::111122223333:role/r',
  imageUri: 'image',
  inputs: [],
  fingerprint: 'f',
  hasState: false,
  version: '1',
}
const inputOf = (channel: string, more: Partial<ResolvedInput> = {}): ResolvedInput => ({
  channel,
  uri: objectUri(`s3://bucket/${channel}/`),
  distribution: 'FullyReplicated',
  mode: 'File',
  ...more,
})

// A field that is there without a value is sent by no SDK, but shown in a plan and compared: `toStrictEqual` tells the two apart.

test('the smallest training request has no field without a value', () => {
  expect(trainingRequest({ ...training, spot: false }, facts)).toStrictEqual({
    TrainingJobName: 't-1',
    AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
    RoleArn: facts.roleArn,
    OutputDataConfig: { S3OutputPath: 's3://bucket/ex/t' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
    CheckpointConfig: { S3Uri: 's3://bucket/ex/t/state', LocalPath: expect.any(String) as string },
    Environment: { SSM_PROJECT: 'ex', SSM_TASK: 't', SSM_FINGERPRINT: 'f' },
    Tags: expect.any(Array) as unknown[],
  })
})

test('the smallest processing request has no field without a value', () => {
  expect(processingRequest(processing, facts)).toStrictEqual({
    ProcessingJobName: 't-1',
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
    AppSpecification: { ImageUri: 'image' },
    RoleArn: facts.roleArn,
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'state',
          AppManaged: false,
          S3Output: { S3Uri: 's3://bucket/ex/t/state', LocalPath: '/opt/ml/processing/state', S3UploadMode: 'Continuous' },
        },
        {
          OutputName: 'output',
          AppManaged: false,
          S3Output: { S3Uri: 's3://bucket/ex/t/t-1/output', LocalPath: '/opt/ml/processing/output', S3UploadMode: 'EndOfJob' },
        },
      ],
    },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
    Environment: { SSM_PROJECT: 'ex', SSM_TASK: 't', SSM_FINGERPRINT: 'f' },
    Tags: expect.any(Array) as unknown[],
  })
})

test('the state of a processing task is read from the folder of its archive where it is kept as one', () => {
  const outputs = (spec: TaskSpec) =>
    processingRequest(spec, facts).ProcessingOutputConfig?.Outputs?.map((each) => each.S3Output?.LocalPath)
  const [archive, ...others] = outputs({ ...processing, stateArchive: true }) ?? []
  const [state, ...same] = outputs(processing) ?? []
  expect(archive).toMatch(/^\/opt\/ml\/processing\/./)
  expect([archive === state, others]).toEqual([false, same])
})

test("a program that keeps to SageMaker's toolkit is started by its image, with the toolkit's hyperparameters", () => {
  const { AlgorithmSpecification, HyperParameters } = trainingRequest({ ...training, launch: 'toolkit' }, { ...facts, code })
  expect(AlgorithmSpecification).toStrictEqual({ TrainingImage: 'image', TrainingInputMode: 'File' })
  expect(HyperParameters).toMatchObject({ sagemaker_job_name: '"t-1"' })
  const own = trainingRequest({ ...training, hyperparameters: { lr: 1 } }, { ...facts, code })
  expect(own.AlgorithmSpecification?.ContainerEntrypoint).toEqual(['/bin/sh'])
  expect(own.HyperParameters).toEqual({ lr: '1' })
})

test('a program is told what is known of its state and its types', () => {
  const told = (more: Partial<RequestFacts>) => trainingRequest(training, { ...facts, ...more }).Environment
  expect(told({})).not.toHaveProperty('SSM_STATE_FROM')
  expect(told({ stateFrom: 'other-spec' })).toMatchObject({ SSM_STATE_FROM: 'other-spec' })
  expect(told({ declared: 'd1' })).toMatchObject({ SSM_TYPES: 'd1' })
})

test('a channel of one object is given by a manifest, all others by their prefix', () => {
  const inputs = [inputOf('all'), inputOf('one', { uri: objectUri('s3://bucket/deep/model.tar.gz'), exact: true })]
  const [all, one] = trainingRequest(training, { ...facts, inputs }).InputDataConfig ?? []
  expect(all).toStrictEqual({
    ChannelName: 'all',
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/all/', S3DataDistributionType: 'FullyReplicated' },
    },
    InputMode: 'File',
  })
  const source = { S3DataType: 'ManifestFile', S3Uri: layout.job(job).manifest('one') }
  expect(one?.DataSource?.S3DataSource).toMatchObject(source)
  expect(processingRequest(processing, { ...facts, inputs }).ProcessingInputs?.map((each) => each.S3Input?.S3Uri)).toEqual([
    's3://bucket/all/',
    source.S3Uri,
  ])
})

test.each([
  ['s3://bucket/deep/model.tar.gz', [{ prefix: 's3://bucket/deep/' }, 'model.tar.gz']],
  ['s3://bucket/a/b/c', [{ prefix: 's3://bucket/a/b/' }, 'c']],
  ['s3://bucket/top', [{ prefix: 's3://bucket/' }, 'top']],
])('the manifest of %s names the object beside its folder', (uri, expected) => {
  expect(JSON.parse(manifestOf(inputOf('one', { uri: objectUri(uri) })))).toEqual(expected)
})

test('groups of machines are named by every channel or by none', () => {
  const instanceGroups = ['cpu', 'gpu'].map((group) => ({ group, type: 'ml.m5.large', count: 1 }))
  const groupsOf = (...inputs: readonly ResolvedInput[]) =>
    trainingRequest({ ...training, instanceGroups }, { ...facts, code, inputs }).InputDataConfig?.map(
      ({ ChannelName, DataSource }) => [ChannelName, DataSource?.S3DataSource?.InstanceGroupNames],
    )
  expect(groupsOf(inputOf('a'), inputOf('b', { groups: ['gpu'] }))).toEqual([
    ['code', ['cpu', 'gpu']],
    ['a', ['cpu', 'gpu']],
    ['b', ['gpu']],
  ])
  expect(groupsOf(inputOf('a'))).toEqual([
    ['code', undefined],
    ['a', undefined],
  ])
})

test('an input of a processing task has its path, its mode and no code where the image has its own program', () => {
  const inputs = [
    inputOf('a'),
    inputOf('b', { mode: 'Pipe', path: '/opt/ml/processing/mine' }),
    inputOf('c', { mode: 'FastFile' }),
  ]
  const shown = (more: Partial<RequestFacts>) =>
    processingRequest(processing, { ...facts, inputs, ...more }).ProcessingInputs?.map(({ InputName, S3Input }) => [
      InputName,
      S3Input?.LocalPath,
      S3Input?.S3InputMode,
    ])
  const own = [
    ['a', '/opt/ml/processing/input/a', 'File'],
    ['b', '/opt/ml/processing/mine', 'Pipe'],
    ['c', '/opt/ml/processing/input/c', 'File'],
  ]
  expect(shown({})).toEqual(own)
  expect(shown({ code })?.slice(1)).toEqual(own)
})
