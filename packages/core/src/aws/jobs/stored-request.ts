import type { DescribeProcessingJobCommandOutput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import type { JobRequest } from '../../platform/jobs.ts'
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from '../../platform/sagemaker-requests.ts'

const trainingFields = [
  'TrainingJobName',
  'HyperParameters',
  'AlgorithmSpecification',
  'RoleArn',
  'InputDataConfig',
  'OutputDataConfig',
  'ResourceConfig',
  'VpcConfig',
  'StoppingCondition',
  'EnableNetworkIsolation',
  'EnableInterContainerTrafficEncryption',
  'EnableManagedSpotTraining',
  'CheckpointConfig',
  'DebugHookConfig',
  'DebugRuleConfigurations',
  'TensorBoardOutputConfig',
  'ExperimentConfig',
  'ProfilerConfig',
  'ProfilerRuleConfigurations',
  'Environment',
  'RetryStrategy',
  'RemoteDebugConfig',
  'InfraCheckConfig',
] as const satisfies readonly (keyof CreateTrainingJobRequest & keyof DescribeTrainingJobCommandOutput)[]

const processingFields = [
  'ProcessingJobName',
  'ProcessingInputs',
  'ProcessingOutputConfig',
  'ProcessingResources',
  'StoppingCondition',
  'AppSpecification',
  'Environment',
  'NetworkConfig',
  'RoleArn',
  'ExperimentConfig',
] as const satisfies readonly (keyof CreateProcessingJobRequest & keyof DescribeProcessingJobCommandOutput)[]

/** The request behind a description of a training job, without the values of its environment, which may be secrets. Pure. */
export const storedTrainingRequest = (described: DescribeTrainingJobCommandOutput): JobRequest => ({
  kind: 'training',
  // SageMaker describes a job by the fields of its request.
  input: withoutValues(fieldsOf(described, trainingFields)) as unknown as CreateTrainingJobRequest,
})

/** The same for a processing job. Pure. */
export const storedProcessingRequest = (described: DescribeProcessingJobCommandOutput): JobRequest => ({
  kind: 'processing',
  input: withoutValues(fieldsOf(described, processingFields)) as unknown as CreateProcessingJobRequest,
})

function fieldsOf<Field extends string>(
  described: Readonly<Partial<Record<Field, unknown>>>,
  fields: readonly Field[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(fields.flatMap((field) => (described[field] === undefined ? [] : [[field, described[field]]])))
}

function withoutValues(request: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { Environment } = request
  if (typeof Environment !== 'object' || Environment === null) return request
  return { ...request, Environment: Object.fromEntries(Object.keys(Environment).map((name) => [name, '<not kept>'])) }
}
