import { expect, test } from 'vitest'
import type { JobRequest } from '../../platform/jobs.ts'
import { planOf } from './job-plan.ts'
import { argvOf, environmentOf, hostsOf, imageArgvOf, limitSeconds, nameOf, pathOf, toolkitArgv } from './parts.ts'

type Fields = Readonly<Record<string, unknown>>

// Requests as `.request()` and other tools write them: with no more than what is said here.
const training = (fields: Fields = {}): JobRequest =>
  ({
    kind: 'training',
    input: {
      TrainingJobName: 'a',
      AlgorithmSpecification: { ContainerEntrypoint: ['run'] },
      OutputDataConfig: { S3OutputPath: 's3://bkt/out' },
      ResourceConfig: { InstanceCount: 1 },
      ...fields,
    },
  }) as unknown as JobRequest

const processing = (fields: Fields = {}): JobRequest =>
  ({
    kind: 'processing',
    input: {
      ProcessingJobName: 'a',
      AppSpecification: { ContainerEntrypoint: ['run'] },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1 } },
      ...fields,
    },
  }) as unknown as JobRequest

const source = { S3Uri: 's3://bkt/in', S3DataType: 'S3Prefix' }
const channel = (fields: Fields): Fields => ({
  InputDataConfig: [{ ChannelName: 'c', DataSource: { S3DataSource: source }, ...fields }],
})
const input = (fields: Fields): Fields => ({
  ProcessingInputs: [{ InputName: 'c', S3Input: { ...source, LocalPath: '/opt/in', ...fields } }],
})

test('what a training request leaves out is what SageMaker takes', () => {
  const { AlgorithmSpecification, ...plan } = { AlgorithmSpecification: undefined, ...planOf(training(channel({})), 4) }
  expect(AlgorithmSpecification).toBeUndefined()
  expect(plan).toEqual({
    kind: 'training',
    name: 'a',
    argv: ['run'],
    environment: {},
    hosts: ['algo-1'],
    instanceType: 'local',
    maxRunSeconds: 86_400,
    inputs: [{ name: 'c', path: '/opt/ml/input/data/c', uri: 's3://bkt/in', from: 'prefix', sharded: false, readOnly: false }],
    outputs: [],
    archives: 's3://bkt/out/a/output',
    metrics: {},
  })
})

test('what a processing request leaves out is what SageMaker takes', () => {
  expect(planOf(processing(input({})), 4)).toEqual({
    kind: 'processing',
    name: 'a',
    argv: ['run'],
    environment: {},
    hosts: ['algo-1'],
    instanceType: 'local',
    maxRunSeconds: 86_400,
    inputs: [{ name: 'c', path: '/opt/in', uri: 's3://bkt/in', from: 'prefix', sharded: false, readOnly: false }],
    outputs: [],
    metrics: {},
  })
  const types = {
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstancePreferences: [{ InstanceType: 'ml.m5.large' }] } },
  }
  expect(planOf(processing(types), 4).instanceType).toBe('ml.m5.large')
})

test('outputs that are not compressed are folders, and a failed program keeps only its data', () => {
  const { outputs, archives } = planOf(
    training({ OutputDataConfig: { S3OutputPath: 's3://bkt/out', CompressionType: 'NONE' } }),
    4,
  )
  expect(archives).toBeUndefined()
  expect(outputs.map(({ uri, afterFailure }) => [uri, afterFailure])).toEqual([
    ['s3://bkt/out/a/output/model', false],
    ['s3://bkt/out/a/output/data', true],
  ])
})

test('the state lies where SageMaker puts it when the request names no folder, and so does TensorBoard', () => {
  const plan = planOf(
    training({ CheckpointConfig: { S3Uri: 's3://bkt/state' }, TensorBoardOutputConfig: { S3OutputPath: 's3://bkt/board' } }),
    4,
  )
  expect(plan.checkpoint).toEqual({ path: '/opt/ml/checkpoints', uri: 's3://bkt/state' })
  expect(plan.outputs).toMatchObject([{ path: '/opt/ml/output/tensorboard', uri: 's3://bkt/board/a/tensorboard-output' }])
  expect(planOf(training({ CheckpointConfig: {}, TensorBoardOutputConfig: {} }), 4)).not.toHaveProperty('checkpoint')
})

test('machines of groups are numbered through, and a channel for some of them comes to these alone', () => {
  const groups = {
    ResourceConfig: {
      InstanceGroups: [
        { InstanceGroupName: 'one', InstanceType: 'ml.m5.large', InstanceCount: 2 },
        { InstanceGroupName: 'two', InstanceType: 'ml.g5.xlarge', InstanceCount: 1 },
      ],
    },
  }
  const some = { DataSource: { S3DataSource: { ...source, InstanceGroupNames: ['two'] } } }
  const plan = planOf(training({ ...groups, ...channel(some) }), 4)
  expect(plan).toMatchObject({ hosts: ['algo-1', 'algo-2', 'algo-3'], instanceType: 'ml.m5.large' })
  expect(plan.inputs[0]?.hosts).toEqual(['algo-3'])
  const none = { DataSource: { S3DataSource: { ...source, InstanceGroupNames: ['three'] } } }
  expect(() => planOf(training({ ...groups, ...channel(none) }), 4)).toThrow("there is no instance group named 'three'")
  expect(() => planOf(training(channel(some)), 4)).toThrow("there is no instance group named 'two'")
  expect(() => planOf(training({ ResourceConfig: { InstanceGroups: [{}] } }), 4)).toThrow('0 is not a number of machines')
})

test('the mode of a channel is its own, else the one of the job', () => {
  const readOnly = (algorithm: Fields, own: Fields): boolean | undefined =>
    planOf(training({ AlgorithmSpecification: { ContainerEntrypoint: ['run'], ...algorithm }, ...channel(own) }), 4).inputs[0]
      ?.readOnly
  expect(readOnly({ TrainingInputMode: 'FastFile' }, {})).toBe(true)
  expect(readOnly({ TrainingInputMode: 'FastFile' }, { InputMode: 'File' })).toBe(false)
})

test('script mode starts the toolkit of this computer, and in a container the program of the image', () => {
  const request = training({ AlgorithmSpecification: {}, HyperParameters: { sagemaker_program: '"train.py"' } })
  expect(planOf(request, 4).argv).toBe(toolkitArgv)
  expect(planOf(request, 4, { container: {} })).toMatchObject({ argv: ['train'], usesOwnProgram: true })
  expect(imageArgvOf(undefined, undefined)).toEqual({ argv: [], usesOwnProgram: true })
  expect(imageArgvOf([], ['serve'])).toEqual({ argv: ['serve'], usesOwnProgram: true })
  expect(imageArgvOf(['run'], undefined)).toEqual({ argv: ['run'] })
  expect(() => argvOf([], ['train'])).toThrow('runs processes, not images')
})

const board = { S3Output: { LocalPath: '/opt/out', S3UploadMode: 'EndOfJob' } }
test.each<[string, JobRequest, string]>([
  [
    'two inputs of one name',
    training({ InputDataConfig: [1, 2].map(() => channel({})['InputDataConfig']).flat() }),
    "two inputs named 'c'",
  ],
  ['more machines than there may be', training({ ResourceConfig: { InstanceCount: 5 } }), '5 machines are more than the 4'],
  ['no number of machines', training({ ResourceConfig: undefined }), 'no number is not a number of machines'],
  ['a channel without a name', training(channel({ ChannelName: undefined })), "'' is not a channel name"],
  ['a channel whose name leads out', training(channel({ ChannelName: '..' })), "'..' is not a channel name"],
  ['a channel of a file system', training(channel({ DataSource: {} })), "channel 'c' does not come from S3"],
  ['an input of another store', processing({ ProcessingInputs: [{}] }), "input '' does not come from S3"],
  ['a pipe', processing(input({ S3InputMode: 'Pipe' })), 'is to arrive in Pipe mode'],
  ['a list of records', processing(input({ S3DataType: 'AugmentedManifestFile' })), 'is of type AugmentedManifestFile'],
  ['an input without an address', processing(input({ S3Uri: undefined })), "input 'c' has no S3 address"],
  ['an input without a folder', processing(input({ LocalPath: undefined })), "'' is not an absolute path"],
  ['an output of another store', processing({ ProcessingOutputConfig: { Outputs: [{}] } }), "output '' is not in S3"],
  ['an output without an address', processing({ ProcessingOutputConfig: { Outputs: [board] } }), "output '' has no S3 address"],
  ['a job without a name', training({ TrainingJobName: undefined }), "'' is not a job name"],
  ['a job without an output', training({ OutputDataConfig: undefined }), 'OutputDataConfig.S3OutputPath has no S3 address'],
  [
    'a metric that is no expression',
    training({ AlgorithmSpecification: { ContainerEntrypoint: ['run'], MetricDefinitions: [{ Regex: '(' }] } }),
    "the pattern of metric '' is no regular expression",
  ],
])('%s is refused, and the error says so', (_, request, message) => {
  expect(() => planOf(request, 4)).toThrow(message)
})

test('each part of a request is checked where it is read', () => {
  expect(environmentOf(undefined)).toEqual({})
  for (const environment of [{ '1A': '' }, { 'A-B': '' }, { A: '\0' }])
    expect(() => environmentOf(environment)).toThrow('cannot be an environment variable')
  for (const count of [undefined, 0, 1.5]) expect(() => hostsOf(count)).toThrow('is not a number of machines')
  expect(limitSeconds(undefined)).toBe(86_400)
  for (const seconds of [0, 0.5]) expect(() => limitSeconds(seconds)).toThrow('is not a number of seconds to run')
  expect(() => nameOf('-')).toThrow("'-' is not a job name")
  for (const path of ['a', '/a/../b']) expect(() => pathOf(path)).toThrow('is not an absolute path')
  expect(pathOf('/a//')).toBe('/a')
  expect(pathOf('/')).toBe('/')
})
