import { project, type TrainingOptions } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { taskOptions, type TaskOptionName, type TrainingOnlyOption } from '../../packages/core/src/options/task-options.ts'
import { bootScript } from '../../packages/core/src/request/boot.ts'
import { sentFor, specOf, type Sent } from '../support/request-of.ts'

/** What one option moves: exactly these fields of the request, and the settings lines that begin so; nothing else. */
interface Reach {
  readonly value: unknown
  /** Said before and after: what the option needs beside itself. */
  readonly beside?: TrainingOptions
  readonly training: readonly string[]
  readonly processing?: readonly string[]
  readonly settings?: readonly string[]
}

const key = 'arn:aws:kms:us-east-1:111122223333:key/0a1b'
const image = { training: ['AlgorithmSpecification.TrainingImage'], processing: ['AppSpecification.ImageUri'] }
const built = { dockerfile: 'FROM __BASE_IMAGE__' }
const vpc = { subnets: ['subnet-0a'], securityGroups: ['sg-0a'] }

// Every option has a row: one that is missing does not compile, and fails.
const reach = {
  instanceType: {
    value: 'ml.p3.2xlarge',
    training: ['ResourceConfig.InstanceType'],
    processing: ['ProcessingResources.ClusterConfig.InstanceType'],
  },
  fallbackTypes: {
    value: ['ml.g4dn.xlarge'],
    beside: { instanceType: 'ml.g5.xlarge', spot: false },
    training: ['ResourceConfig.InstanceType', ...[0, 1].map((at) => `ResourceConfig.InstancePreferences.${at}.InstanceType`)],
    processing: [
      'ProcessingResources.ClusterConfig.InstanceType',
      ...[0, 1].map((at) => `ProcessingResources.ClusterConfig.InstancePreferences.${at}.InstanceType`),
    ],
  },
  instanceGroups: {
    value: [
      { group: 'data', type: 'ml.c5.xlarge', count: 2 },
      { group: 'train', type: 'ml.m5.large' },
    ],
    training: [
      'ResourceConfig.InstanceCount',
      'ResourceConfig.InstanceType',
      ...[0, 1].flatMap((at) =>
        ['InstanceCount', 'InstanceGroupName', 'InstanceType'].map((field) => `ResourceConfig.InstanceGroups.${at}.${field}`),
      ),
    ],
  },
  instanceCount: {
    value: 2,
    training: ['ResourceConfig.InstanceCount'],
    processing: ['ProcessingResources.ClusterConfig.InstanceCount'],
  },
  volumeSizeGiB: {
    value: 50,
    training: ['ResourceConfig.VolumeSizeInGB'],
    processing: ['ProcessingResources.ClusterConfig.VolumeSizeInGB'],
  },
  // They decide what follows on a job that waits; how long it may wait in all follows from them where nobody says it.
  spotFallback: { value: 'on-demand', beside: { maxWait: '2 days' }, training: [] },
  // It decides whether a job is started.
  certifiedOver: { value: '1 hour', training: [] },
  spotAfter: { value: '1 hour', beside: { maxWait: '2 days' }, training: [] },
  spot: { value: false, training: ['EnableManagedSpotTraining', 'StoppingCondition.MaxWaitTimeInSeconds'] },
  maxRun: {
    value: '1 hour',
    beside: { maxWait: '2 days' },
    training: ['StoppingCondition.MaxRuntimeInSeconds'],
    processing: ['StoppingCondition.MaxRuntimeInSeconds'],
  },
  maxWait: { value: '2 days', training: ['StoppingCondition.MaxWaitTimeInSeconds'] },
  warm: { value: '30 minutes', beside: { spot: false }, training: ['ResourceConfig.KeepAlivePeriodInSeconds'] },
  retries: { value: 3, training: ['RetryStrategy.MaximumRetryAttempts'] },
  // It decides what follows on a job that failed.
  retry: { value: { attempts: 3 }, training: [], processing: [] },
  framework: { value: 'tensorflow', ...image },
  frameworkVersion: { value: '2.6.0', ...image },
  pythonVersion: { value: 'py312', ...image },
  image: { value: 'mine:1', ...image },
  dockerfile: { value: 'FROM python:3.12', ...image },
  repository: { value: 'mine', beside: built, ...image },
  // A channel of its own, when the wheels are there.
  packages: { value: 'requirements.txt', training: [], processing: [] },
  // Only a name on the machine that builds the image.
  localRepository: { value: 'mine', beside: built, training: [], processing: [] },
  imageTag: { value: 'v1', beside: built, ...image },
  // It decides where a job of this computer runs.
  container: { value: true, training: [], processing: [] },
  // It decides what is removed before the job starts.
  state: { value: 'same-spec', training: [], processing: [] },
  launch: {
    value: ['accelerate'],
    training: [],
    processing: [],
    settings: ['ssm_launch='],
  },
  distribution: { value: 'multi_worker_mirrored', training: ['Environment.SSM_DISTRIBUTION'], settings: ['ssm_distribution='] },
  hyperparameters: {
    value: { lr: 0.1 },
    training: ['HyperParameters.lr'],
    settings: ['set -- ', 'export SM_USER_ARGS=', 'export SM_HPS=', 'export SM_HP_LR='],
  },
  args: { value: ['--fast'], training: [], processing: [], settings: ['set -- ', 'export SM_USER_ARGS='] },
  env: { value: { LEVEL: 'info' }, training: ['Environment.LEVEL'], processing: ['Environment.LEVEL'] },
  tags: { value: { team: 'vision' }, training: ['Tags.3.Key', 'Tags.3.Value'], processing: ['Tags.3.Key', 'Tags.3.Value'] },
  metrics: {
    value: { loss: /loss=(.*)/ },
    training: [
      'AlgorithmSpecification.MetricDefinitions.0.Name',
      'AlgorithmSpecification.MetricDefinitions.0.Regex',
      'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries',
    ],
  },
  mlflow: {
    value: {
      trackingArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/mine',
      experiment: 'prices',
      run: 'one',
    },
    training: [
      'Environment.MLFLOW_EXPERIMENT_NAME',
      'Environment.MLFLOW_RUN_NAME',
      'Environment.MLFLOW_TRACKING_URI',
      'MlflowConfig.MlflowExperimentName',
      'MlflowConfig.MlflowResourceArn',
      'MlflowConfig.MlflowRunName',
    ],
    processing: ['Environment.MLFLOW_EXPERIMENT_NAME', 'Environment.MLFLOW_RUN_NAME', 'Environment.MLFLOW_TRACKING_URI'],
  },
  experiment: {
    value: { name: 'prices', trial: 'first', displayName: 'one', run: 'r' },
    training: ['ExperimentName', 'RunName', 'TrialComponentDisplayName', 'TrialName'].map((field) => `ExperimentConfig.${field}`),
    processing: ['ExperimentName', 'RunName', 'TrialComponentDisplayName', 'TrialName'].map(
      (field) => `ExperimentConfig.${field}`,
    ),
  },
  tensorboard: { value: true, training: ['TensorBoardOutputConfig.LocalPath', 'TensorBoardOutputConfig.S3OutputPath'] },
  role: { value: 'arn:aws:iam::111122223333:role/mine', training: ['RoleArn'], processing: ['RoleArn'] },
  outputKmsKey: { value: key, training: ['OutputDataConfig.KmsKeyId'], processing: ['ProcessingOutputConfig.KmsKeyId'] },
  volumeKmsKey: {
    value: key,
    training: ['ResourceConfig.VolumeKmsKeyId'],
    processing: ['ProcessingResources.ClusterConfig.VolumeKmsKeyId'],
  },
  subnets: {
    value: ['subnet-0b'],
    beside: vpc,
    training: ['VpcConfig.Subnets.0'],
    processing: ['NetworkConfig.VpcConfig.Subnets.0'],
  },
  securityGroups: {
    value: ['sg-0b'],
    beside: vpc,
    training: ['VpcConfig.SecurityGroupIds.0'],
    processing: ['NetworkConfig.VpcConfig.SecurityGroupIds.0'],
  },
  networkIsolation: {
    value: true,
    training: ['EnableNetworkIsolation'],
    processing: ['NetworkConfig.EnableNetworkIsolation'],
    settings: ['ssm_network_isolated='],
  },
  stateArchive: {
    value: true,
    training: ['CheckpointConfig.LocalPath'],
    processing: ['ProcessingOutputConfig.Outputs.0.S3Output.LocalPath'],
    settings: ['ssm_state_archive='],
  },
  encryptTraffic: {
    value: true,
    training: ['EnableInterContainerTrafficEncryption'],
    processing: ['NetworkConfig.EnableInterContainerTrafficEncryption'],
  },
} satisfies Readonly<Record<TaskOptionName, Reach>>

const rows: Readonly<Record<TaskOptionName, Reach>> = reach
const names = Object.keys(taskOptions) as TaskOptionName[]
const trainingOnly: readonly string[] = [
  'spotFallback',
  'certifiedOver',
  'spotAfter',
  'spot',
  'maxWait',
  'warm',
  'retries',
  'instanceGroups',
  'distribution',
  'hyperparameters',
  'metrics',
  'tensorboard',
] satisfies TrainingOnlyOption[]

test('every option has a row, and no row is of an option that is gone', () => {
  expect(Object.keys(reach).sort()).toEqual([...names].sort())
  expect(names.filter((name) => rows[name].processing === undefined).sort()).toEqual([...trainingOnly].sort())
  expect(names.filter((name) => !(taskOptions[name].kinds as readonly string[]).includes('processing')).sort()).toEqual(
    [...trainingOnly].sort(),
  )
})

test.each(names)('%s moves its own fields of a training request and nothing else', (name) => {
  const { beside = {}, value, training, settings = [] } = rows[name]
  const moved = movedBy(sentTraining(beside), sentTraining({ ...beside, [name]: value }))
  expect(moved.request).toEqual(pinned('AlgorithmSpecification', training, settings))
  expect(moved.settings).toEqual([...settings].sort())
})

test.each(names.filter((name) => rows[name].processing !== undefined))(
  '%s moves its own fields of a processing request and nothing else',
  (name) => {
    const { beside = {}, value, processing = [], settings = [] } = rows[name]
    const { maxWait: _wait, spot: _spot, ...shared } = beside
    const moved = movedBy(sentProcessing(shared), sentProcessing({ ...shared, [name]: value }))
    expect(moved.request).toEqual(pinned('AppSpecification', processing, settings))
    expect(moved.settings).toEqual([...settings].sort())
  },
)

test.each(names.filter((name) => rows[name].training.length > 0))(
  '%s moves the field that its row in the table names',
  (name) => {
    const { source } = taskOptions[name]
    expect(rows[name].training.filter((path) => path === source || path.startsWith(`${source}.`))).not.toEqual([])
  },
)

test.each(names)('the word %s and the same option said in an object are one thing', (name) => {
  const { beside = {}, value } = rows[name]
  const task = project('ex').task('t').code('train.py').with(beside)
  const word: unknown = Reflect.get(task, name)
  if (typeof word !== 'function') throw new Error(`There is no word ${name}`)
  const given: readonly unknown[] = ['args', 'fallbackTypes'].includes(name) && Array.isArray(value) ? value : [value]
  const said = (word as (...given: readonly unknown[]) => typeof task)(...given)
  expect(sentFor(specOf(said))).toEqual(sentFor(specOf(task.with({ [name]: value }))))
})

test('a warm pool alone means machines that are not taken away', () => {
  const moved = movedBy(sentTraining({}), sentTraining({ warm: '1 hour' }))
  expect(moved.request).toEqual([
    'EnableManagedSpotTraining',
    'ResourceConfig.KeepAlivePeriodInSeconds',
    'StoppingCondition.MaxWaitTimeInSeconds',
  ])
})

test('maxRun of a spot job moves the wait too, unless one was said', () => {
  const moved = movedBy(sentTraining({}), sentTraining({ maxRun: '1 hour' }))
  expect(moved.request).toEqual(['StoppingCondition.MaxRuntimeInSeconds', 'StoppingCondition.MaxWaitTimeInSeconds'])
})

test('the name of an image on this machine reaches whoever builds it', () => {
  const { image: built } = specOf(project('ex').task('t').code('t.py').with({ dockerfile: 'FROM x', localRepository: 'mine' }))
  expect(built).toMatchObject({ kind: 'dockerfile', localRepository: 'mine' })
})

test('the first words on the machine fit one container argument', () => {
  expect(bootScript.length).toBeLessThanOrEqual(256)
})

const sentTraining = (options: TrainingOptions): Sent => sentFor(specOf(project('ex').task('t').code('train.py').with(options)))
const sentProcessing = (options: TrainingOptions): Sent =>
  sentFor(specOf(project('ex').processing('t').code('train.py').with(options)))

/** What a change of the settings changes too: their digest, which the request pins. */
function pinned(field: string, paths: readonly string[], settings: readonly string[]): readonly string[] {
  return [...paths, ...(settings.length === 0 ? [] : [`${field}.ContainerArguments.4`])].sort()
}

function movedBy(before: Sent, after: Sent): { readonly request: readonly string[]; readonly settings: readonly string[] } {
  const [was, is] = [leavesOf(before.request.input), leavesOf(after.request.input)]
  const request = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path))
  const lines = [
    ...before.settings.filter((line) => !after.settings.includes(line)),
    ...after.settings.filter((line) => !before.settings.includes(line)),
  ]
  return { request: request.sort(), settings: [...new Set(lines.map(beginning))].sort() }
}

const beginning = (line: string): string => /^(set -- |(export )?\w+=)/.exec(line)?.[0] ?? line

function leavesOf(value: unknown, path = ''): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]])
  return new Map(Object.entries(value).flatMap(([name, part]) => [...leavesOf(part, path === '' ? name : `${path}.${name}`)]))
}
