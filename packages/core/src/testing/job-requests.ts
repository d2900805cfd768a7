import { randomBytes } from 'node:crypto'
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from '../platform/sagemaker-requests.ts'
import { jobName } from '../names/job-name.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { JobRef, JobRequest } from '../platform/jobs.ts'
import type { JobKind } from '../spec/job-kind.ts'

/** A shell text to run as a job, with nothing of ours on the machine but the request. `$R` stands for the machine's `/`. */
export interface ShellJob {
  readonly shell: string
  readonly machines?: number
  readonly maxRunSeconds?: number
  readonly metrics?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  /** Channel name to what it holds. */
  readonly inputs?: Readonly<
    Record<
      string,
      {
        readonly uri: string
        readonly sharded?: boolean
        readonly mode?: 'File' | 'FastFile' | 'Pipe'
        readonly manifest?: boolean
      }
    >
  >
  /** Training only: the folder that is `/state` on the machines. */
  readonly state?: ObjectUri
  /** Processing only: what becomes of `/opt/ml/processing/<name>`. */
  readonly outputs?: Readonly<Record<string, { readonly uri: ObjectUri; readonly continuous?: boolean }>>
}

const argv = (shell: string): { readonly ContainerEntrypoint: string[]; readonly ContainerArguments: string[] } => ({
  ContainerEntrypoint: ['/bin/sh', '-c'],
  ContainerArguments: [`R=$SSM_MACHINE_ROOT\n${shell}`],
})

export const newName = (): string => `contract-${randomBytes(6).toString('hex')}`

/** The job a request makes. */
export function refOf(request: JobRequest): JobRef {
  const name = request.kind === 'training' ? request.input.TrainingJobName : request.input.ProcessingJobName
  return { kind: request.kind, name: jobName(name ?? '') }
}

/** A request of either kind. */
export function shellRequest(kind: JobKind, folder: ObjectUri, job: ShellJob): JobRequest {
  return kind === 'training' ? trainingJob(folder, job) : processingJob(job)
}

/** A training job whose results go to `<folder>out/<job>/output/`. */
export function trainingJob(
  folder: ObjectUri,
  job: ShellJob,
): JobRequest & { readonly kind: 'training'; readonly input: CreateTrainingJobRequest } {
  const input: CreateTrainingJobRequest = {
    TrainingJobName: newName(),
    RoleArn: 'arn:aws:iam::000000000000:role/contract',
    AlgorithmSpecification: {
      TrainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/contract:1',
      TrainingInputMode: 'File',
      ...argv(job.shell),
      ...(job.metrics === undefined
        ? {}
        : { MetricDefinitions: Object.entries(job.metrics).map(([Name, Regex]) => ({ Name, Regex })) }),
    },
    ...(job.inputs === undefined
      ? {}
      : {
          InputDataConfig: Object.entries(job.inputs).map(([ChannelName, { uri, sharded, mode, manifest }]) => ({
            ChannelName,
            DataSource: {
              S3DataSource: {
                S3DataType: manifest === true ? ('ManifestFile' as const) : ('S3Prefix' as const),
                S3Uri: uri,
                S3DataDistributionType: sharded === true ? ('ShardedByS3Key' as const) : ('FullyReplicated' as const),
              },
            },
            InputMode: mode ?? 'File',
          })),
        }),
    OutputDataConfig: { S3OutputPath: `${folder}out` },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: job.machines ?? 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: job.maxRunSeconds ?? 60 },
    ...(job.state === undefined ? {} : { CheckpointConfig: { S3Uri: job.state, LocalPath: '/state' } }),
    ...(job.environment === undefined ? {} : { Environment: { ...job.environment } }),
  }
  return { kind: 'training', input }
}

/** A processing job; its inputs lie in `/opt/ml/processing/<name>`. */
export function processingJob(
  job: ShellJob,
): JobRequest & { readonly kind: 'processing'; readonly input: CreateProcessingJobRequest } {
  const input: CreateProcessingJobRequest = {
    ProcessingJobName: newName(),
    RoleArn: 'arn:aws:iam::000000000000:role/contract',
    AppSpecification: { ImageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/contract:1', ...argv(job.shell) },
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: job.machines ?? 1, VolumeSizeInGB: 1 } },
    ProcessingInputs: Object.entries(job.inputs ?? {}).map(([InputName, { uri, sharded }]) => ({
      InputName,
      S3Input: {
        S3Uri: uri,
        LocalPath: `/opt/ml/processing/${InputName}`,
        S3DataType: 'S3Prefix' as const,
        S3InputMode: 'File' as const,
        S3DataDistributionType: sharded === true ? ('ShardedByS3Key' as const) : ('FullyReplicated' as const),
      },
    })),
    ProcessingOutputConfig: {
      Outputs: Object.entries(job.outputs ?? {}).map(([OutputName, { uri, continuous }]) => ({
        OutputName,
        S3Output: {
          S3Uri: uri,
          LocalPath: `/opt/ml/processing/${OutputName}`,
          S3UploadMode: continuous === true ? ('Continuous' as const) : ('EndOfJob' as const),
        },
      })),
    },
    StoppingCondition: { MaxRuntimeInSeconds: job.maxRunSeconds ?? 60 },
    ...(job.environment === undefined ? {} : { Environment: { ...job.environment } }),
  }
  return { kind: 'processing', input }
}
