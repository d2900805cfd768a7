import type {
  AppSpecification,
  CreateProcessingJobCommandInput,
  NetworkConfig,
  ProcessingClusterConfig,
  ProcessingOutput,
} from '@aws-sdk/client-sagemaker'
import { bareUri, type ObjectUri } from '../names/object-uri.ts'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { TaskSpec } from '../spec/task-spec.ts'
import { launchVector, machineTypes } from './boot.ts'
import { processingInputs } from './channels.ts'
import { requestEnvironment } from './environment.ts'
import type { RequestFacts } from './facts.ts'
import { requestTags } from './tracking/tags.ts'
import { experimentField } from './tracking/tracking-fields.ts'

/** The exact `CreateProcessingJob` input of a task. */
export function processingRequest(spec: TaskSpec, facts: RequestFacts): CreateProcessingJobCommandInput {
  const inputs = processingInputs(facts)
  const network = networkConfig(spec)
  return {
    ProcessingJobName: facts.job,
    ProcessingResources: { ClusterConfig: cluster(spec) },
    AppSpecification: app(facts),
    RoleArn: facts.roleArn,
    ...(inputs.length === 0 ? {} : { ProcessingInputs: inputs }),
    ProcessingOutputConfig: {
      Outputs: outputs(spec, facts),
      ...(spec.outputKmsKey === undefined ? {} : { KmsKeyId: spec.outputKmsKey }),
    },
    StoppingCondition: { MaxRuntimeInSeconds: spec.maxRunSeconds },
    Environment: requestEnvironment(spec, facts),
    Tags: requestTags(spec, facts),
    ...(network === undefined ? {} : { NetworkConfig: network }),
    ...experimentField(spec),
  }
}

function app(facts: RequestFacts): AppSpecification {
  const launch = facts.code === undefined ? undefined : launchVector('processing', facts.code)
  return {
    ImageUri: facts.imageUri,
    ...(launch === undefined ? {} : { ContainerEntrypoint: launch.entrypoint, ContainerArguments: launch.args }),
  }
}

function cluster(spec: TaskSpec): ProcessingClusterConfig {
  return {
    ...machineTypes<NonNullable<ProcessingClusterConfig['InstanceType']>>(spec),
    InstanceCount: spec.instanceCount,
    VolumeSizeInGB: spec.volumeSizeGiB,
    ...(spec.volumeKmsKey === undefined ? {} : { VolumeKmsKeyId: spec.volumeKmsKey }),
  }
}

function outputs(spec: TaskSpec, facts: RequestFacts): ProcessingOutput[] {
  const output = (
    OutputName: string,
    S3Uri: ObjectUri,
    LocalPath: string,
    S3UploadMode: 'Continuous' | 'EndOfJob',
  ): ProcessingOutput => ({
    OutputName,
    AppManaged: false,
    S3Output: { S3Uri: bareUri(S3Uri), LocalPath, S3UploadMode },
  })
  const place = facts.layout.job(facts.job)
  const named = Object.entries(spec.outputs ?? {})
  // One folder inside another would be mounted and stored twice: whoever names parts of the output's folder gets these alone.
  const isSplit = named.some(([, path]) => `${path}/`.startsWith(`${paths.processing.output}/`))
  return [
    output('state', facts.layout.state, paths.processing[spec.stateArchive === true ? 'stateArchive' : 'state'], 'Continuous'),
    ...(isSplit ? [] : [output('output', place.outputFolder, paths.processing.output, 'EndOfJob')]),
    ...named.map(([name, path]) => output(name, place.namedOutput(name), path, 'EndOfJob')),
  ]
}

function networkConfig(spec: TaskSpec): NetworkConfig | undefined {
  const config: NetworkConfig = {
    ...(spec.networkIsolation ? { EnableNetworkIsolation: true } : {}),
    ...(spec.encryptTraffic ? { EnableInterContainerTrafficEncryption: true } : {}),
    ...(spec.subnets.length === 0
      ? {}
      : { VpcConfig: { Subnets: [...spec.subnets], SecurityGroupIds: [...spec.securityGroups] } }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}
