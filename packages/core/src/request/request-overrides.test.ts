import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import type { JobRequest } from '../platform/jobs.ts'
import { Secret } from '../secrets/secret.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { requestOverrideEffects, withoutSecrets, withRequestOverrides } from './request-overrides.ts'

type Override = (input: JobRequest['input']) => JobRequest['input']

const training = taskOf('t', { source: { kind: 'local', path: 'data' } })
const processing: TaskSpec = { ...training, kind: 'processing', spot: false }
const overridden = (spec: TaskSpec, ...requestOverrides: readonly Override[]): TaskSpec => ({ ...spec, requestOverrides })
const adding =
  (fields: object): Override =>
  (input) => ({ ...input, ...fields })
const effects = (spec: TaskSpec, ...overrides: readonly Override[]): readonly string[] =>
  Object.keys(requestOverrideEffects(overridden(spec, ...overrides)))

test('edits are applied in the order in which they were given', () => {
  const first: CreateTrainingJobCommandInput = {
    TrainingJobName: 'a',
    RoleArn: 'r',
    OutputDataConfig: { S3OutputPath: 's3://b' },
  }
  const spec = overridden(training, adding({ RoleArn: 'one' }), adding({ RoleArn: 'two' }))
  expect(withRequestOverrides(spec, first)).toEqual({ ...first, RoleArn: 'two' })
})

test.each([training, processing])('an edit of the work of a task counts, whatever its kind ($kind)', (spec) => {
  expect(requestOverrideEffects(spec)).toEqual({})
  expect(effects(spec, (input) => input)).toEqual([])
  expect(effects(spec, adding({ Environment: { A: '1' } }))).toEqual(['Environment'])
})

test('fields that are added, changed and removed all count, and each by its content', () => {
  const remove: Override = ({ Environment: _, ...rest }) => rest
  const add = adding({ ModelPackageConfig: { ModelPackageGroupArn: 'x' } })
  expect(effects(training, remove, add)).toEqual(['Environment', 'ModelPackageConfig'])
  const digest = (fields: object) => requestOverrideEffects(overridden(training, adding(fields)))
  expect(digest({ Environment: { A: '1' } })).toEqual(digest({ Environment: { A: '1' } }))
  expect(digest({ Environment: { A: '1' } })).not.toEqual(digest({ Environment: { A: '2' } }))
  expect(requestOverrideEffects(overridden(training, remove))['Environment']).toMatch(/^[0-9a-f]{64}$/)
})

// Where a job runs, for whom, how long and at what price.
const elsewhere = [
  'TrainingJobName',
  'ProcessingJobName',
  'RoleArn',
  'OutputDataConfig',
  'CheckpointConfig',
  'ResourceConfig',
  'ProcessingResources',
  'StoppingCondition',
  'EnableManagedSpotTraining',
  'RetryStrategy',
  'Tags',
  'ExperimentConfig',
  'VpcConfig',
  'NetworkConfig',
  'EnableNetworkIsolation',
  'EnableInterContainerTrafficEncryption',
  'DebugHookConfig',
  'ProfilerConfig',
  'ProfilerRuleConfigurations',
  'TensorBoardOutputConfig',
  'RemoteDebugConfig',
  'InfraCheckConfig',
]
test.each(elsewhere)('an edit of %s is the same work', (field) => {
  expect(effects(training, adding({ [field]: { other: true }, Environment: {} }))).toEqual(['Environment'])
})

test('an edit sees the request without secrets, and stand-ins for places', () => {
  const seen: JobRequest['input'][] = []
  const look: Override = (input) => (seen.push(input), input)
  const secret: TaskSpec = { ...training, env: { TOKEN: new Secret('hidden-text'), LEVEL: 'info' } }
  expect(effects(secret, look)).toEqual([])
  expect(seen[0]?.Environment).toMatchObject({ TOKEN: '<secret>', LEVEL: 'info' })
  expect(JSON.stringify(seen)).not.toContain('hidden-text')
  expect(withoutSecrets(secret)).toEqual({ ...secret, env: { TOKEN: '<secret>', LEVEL: 'info' } })
})

test('an edit that copies a place makes a digest that depends on no bucket, role or account', () => {
  const seen: CreateTrainingJobCommandInput[] = []
  const look: Override = (input) => (seen.push(input as CreateTrainingJobCommandInput), input)
  const inputs = training.inputs.map((each) => ({ ...each, contentType: 'text/csv' }))
  requestOverrideEffects(overridden({ ...training, inputs }, look))
  requestOverrideEffects(overridden(training, look))
  requestOverrideEffects(overridden({ ...training, program: { kind: 'algorithm' } }, look))
  const [typed, plain, algorithm] = seen
  expect(typed).toMatchObject({
    TrainingJobName: 't-2000-01-01-00-00-00-00000000',
    RoleArn: 'arn:aws:iam::000000000000:role/role',
    AlgorithmSpecification: { TrainingImage: 'image', ContainerEntrypoint: expect.any(Array) as unknown },
    OutputDataConfig: { S3OutputPath: 's3://bucket/ex/t' },
    Environment: { SSM_FINGERPRINT: '0'.repeat(64) },
  })
  const channel = 'local-model-0'
  expect(typed?.InputDataConfig?.map(({ ChannelName }) => ChannelName)).toEqual(['code', channel])
  expect(typed?.InputDataConfig?.[1]).toMatchObject({
    DataSource: { S3DataSource: { S3Uri: `s3://bucket/${channel}/` } },
    ContentType: 'text/csv',
  })
  expect(plain?.InputDataConfig?.[1]).not.toHaveProperty('ContentType')
  expect(algorithm?.InputDataConfig?.map(({ ChannelName }) => ChannelName)).toEqual([channel])
  expect(plain?.AlgorithmSpecification?.ContainerArguments?.join(' ')).toContain('0'.repeat(64))
})
