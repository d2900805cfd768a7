import type {
  AlgorithmSpecification,
  CreateTrainingJobCommandInput,
  ResourceConfig,
  StoppingCondition,
} from '@aws-sdk/client-sagemaker'
import { bareUri } from '../names/object-uri.ts'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { TaskSpec } from '../spec/task-spec.ts'
import { hyperparameterOnWire } from './arguments.ts'
import { launchVector, machineTypes } from './boot.ts'
import { trainingChannels } from './channels.ts'
import { requestEnvironment } from './environment.ts'
import type { RequestFacts } from './facts.ts'
import { toolkitHyperparameters } from './toolkit.ts'
import { requestTags } from './tracking/tags.ts'
import { trackingFields } from './tracking/tracking-fields.ts'

/** The exact `CreateTrainingJob` input of a task: what AWS is sent and what the local platform executes. */
export function trainingRequest(spec: TaskSpec, facts: RequestFacts): CreateTrainingJobCommandInput {
  const channels = trainingChannels(facts, spec.instanceGroups)
  const hyperparameters = hyperparametersOf(spec, facts)
  return {
    TrainingJobName: facts.job,
    AlgorithmSpecification: algorithm(spec, facts),
    RoleArn: facts.roleArn,
    ...(Object.keys(hyperparameters).length === 0 ? {} : { HyperParameters: hyperparameters }),
    ...(channels === undefined ? {} : { InputDataConfig: channels }),
    OutputDataConfig: {
      S3OutputPath: bareUri(facts.layout.root),
      ...(spec.outputKmsKey === undefined ? {} : { KmsKeyId: spec.outputKmsKey }),
    },
    ResourceConfig: resources(spec),
    StoppingCondition: stopping(spec),
    ...(spec.spot ? { EnableManagedSpotTraining: true } : {}),
    // The URI is taken as it is, without the job's name: that is what keeps state between the jobs of a task.
    CheckpointConfig: { S3Uri: bareUri(facts.layout.state), LocalPath: statePath(spec) },
    Environment: requestEnvironment(spec, facts),
    Tags: requestTags(spec, facts),
    ...(spec.subnets.length === 0
      ? {}
      : { VpcConfig: { Subnets: [...spec.subnets], SecurityGroupIds: [...spec.securityGroups] } }),
    ...(spec.networkIsolation ? { EnableNetworkIsolation: true } : {}),
    ...(spec.encryptTraffic ? { EnableInterContainerTrafficEncryption: true } : {}),
    ...trackingFields(spec, facts),
    ...(spec.retries === undefined ? {} : { RetryStrategy: { MaximumRetryAttempts: spec.retries } }),
  }
}

function hyperparametersOf(spec: TaskSpec, facts: RequestFacts): Record<string, string> {
  if (spec.launch === 'toolkit') return { ...toolkitHyperparameters(spec, facts) }
  return Object.fromEntries(Object.entries(spec.hyperparameters).map(([name, value]) => [name, hyperparameterOnWire(value)]))
}

/** The built-in algorithms look for their checkpoints in the place that SageMaker names. */
const statePath = ({ image, stateArchive }: TaskSpec): string =>
  image.kind === 'algorithm' ? '/opt/ml/checkpoints' : stateArchive === true ? paths.training.stateArchive : paths.training.state

function algorithm(spec: TaskSpec, facts: RequestFacts): AlgorithmSpecification {
  const metrics = Object.entries(spec.metrics).map(([Name, Regex]) => ({ Name, Regex }))
  // The toolkit is the program of its image.
  const launch = facts.code === undefined || spec.launch === 'toolkit' ? undefined : launchVector('training', facts.code)
  return {
    TrainingImage: facts.imageUri,
    TrainingInputMode: 'File',
    ...(launch === undefined ? {} : { ContainerEntrypoint: launch.entrypoint, ContainerArguments: launch.args }),
    ...(metrics.length === 0 ? {} : { MetricDefinitions: metrics, EnableSageMakerMetricsTimeSeries: true }),
  }
}

function resources(spec: TaskSpec): ResourceConfig {
  return {
    ...machines(spec),
    VolumeSizeInGB: spec.volumeSizeGiB,
    ...(spec.volumeKmsKey === undefined ? {} : { VolumeKmsKeyId: spec.volumeKmsKey }),
    ...(spec.keepAliveSeconds === undefined ? {} : { KeepAlivePeriodInSeconds: spec.keepAliveSeconds }),
  }
}

type TrainingType = NonNullable<ResourceConfig['InstanceType']>

function machines(spec: TaskSpec): ResourceConfig {
  const { instanceGroups, instanceCount } = spec
  if (instanceGroups === undefined) return { ...machineTypes<TrainingType>(spec), InstanceCount: instanceCount }
  return {
    InstanceGroups: instanceGroups.map(({ group, type, count }) => ({
      InstanceGroupName: group,
      // Checked by its form; the SDK's list of types is older than some of them.
      InstanceType: type as TrainingType,
      InstanceCount: count,
    })),
  }
}

function stopping(spec: TaskSpec): StoppingCondition {
  const MaxRuntimeInSeconds = spec.maxRunSeconds
  return spec.spot
    ? { MaxRuntimeInSeconds, MaxWaitTimeInSeconds: spec.maxWaitSeconds ?? MaxRuntimeInSeconds }
    : { MaxRuntimeInSeconds }
}
