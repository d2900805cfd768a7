import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { JobRequest } from '../../platform/jobs.ts'
import type { JobPlan } from '../request/job-plan.ts'

/** The configuration files of one machine, as SageMaker writes them: absolute path to content. */
export function configFiles(
  request: JobRequest,
  plan: JobPlan,
  host: string,
  networkInterface: string,
): Readonly<Record<string, unknown>> {
  const resources = resourceConfig(plan, host, networkInterface)
  if (request.kind === 'processing') {
    const { Tags: _tags, ...input } = request.input
    return {
      [`${paths.processing.config}/resourceconfig.json`]: resources,
      [`${paths.processing.config}/processingjobconfig.json`]: { ProcessingJobArn: arnOf('processing', plan.name), ...input },
    }
  }
  const { input } = request
  return {
    [`${paths.training.config}/hyperparameters.json`]: input.HyperParameters ?? {},
    [`${paths.training.config}/inputdataconfig.json`]: inputDataConfig(request, plan, host),
    [`${paths.training.config}/resourceconfig.json`]: resources,
    ...(plan.checkpoint === undefined
      ? {}
      : { [`${paths.training.config}/checkpointconfig.json`]: { LocalPath: plan.checkpoint.path } }),
  }
}

/** The name SageMaker gives a job, lower-cased as it does; of no account. */
export function arnOf(kind: JobPlan['kind'], name: string): string {
  return `arn:aws:sagemaker:local:000000000000:${kind}-job/${name.toLowerCase()}`
}

function resourceConfig({ hosts, instanceType, groups }: JobPlan, host: string, networkInterface: string): unknown {
  const all = groups ?? [{ name: 'homogeneousCluster', instanceType, hosts }]
  const mine = all.find((group) => group.hosts.includes(host))
  return {
    current_host: host,
    current_instance_type: mine?.instanceType,
    current_group_name: mine?.name,
    hosts: [...hosts].sort(),
    instance_groups: all.map((group) => ({
      instance_group_name: group.name,
      instance_type: group.instanceType,
      hosts: [...group.hosts].sort(),
    })),
    network_interface_name: networkInterface,
    topology: null,
  }
}

function inputDataConfig(
  { input }: Extract<JobRequest, { readonly kind: 'training' }>,
  { inputs }: JobPlan,
  host: string,
): unknown {
  const others = inputs.filter(({ hosts }) => hosts?.includes(host) === false).map(({ name }) => name)
  const jobMode = input.AlgorithmSpecification?.TrainingInputMode ?? 'File'
  const mine = (input.InputDataConfig ?? []).filter(({ ChannelName = '' }) => !others.includes(ChannelName))
  const channels = mine.map((channel) => [
    channel.ChannelName ?? '',
    {
      TrainingInputMode: channel.InputMode ?? jobMode,
      S3DistributionType: channel.DataSource?.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
      RecordWrapperType: channel.RecordWrapperType ?? 'None',
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
      ...(channel.CompressionType === undefined ? {} : { CompressionType: channel.CompressionType }),
    },
  ])
  return Object.fromEntries(channels)
}
