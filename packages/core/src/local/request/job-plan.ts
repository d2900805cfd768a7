import type {
  Channel,
  CreateProcessingJobCommandInput,
  CreateTrainingJobCommandInput,
  InstanceGroup,
  ProcessingInput,
} from '@aws-sdk/client-sagemaker'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { JobName } from '../../names/job-name.ts'
import { joinUri, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { JobRequest } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import {
  argvOf,
  imageArgvOf,
  environmentOf,
  hostsOf,
  nameOf,
  pathOf,
  expressionOf,
  refused,
  limitSeconds,
  toolkitArgv,
  unsupported,
  uriOf,
} from './parts.ts'

/** What a request means for machines on this computer: the same for both kinds of job. */
export interface JobPlan {
  readonly kind: JobKind
  readonly name: JobName
  readonly argv: readonly string[]
  /** Whether `argv` are arguments for the program of the image: only containers have one. */
  readonly usesOwnProgram?: boolean
  readonly environment: Readonly<Record<string, string>>
  /** `algo-1`, `algo-2`, … */
  readonly hosts: readonly string[]
  readonly instanceType: string
  /** Machines of several types; absent where all are of one. */
  readonly groups?: readonly GroupPlan[]
  readonly maxRunSeconds: number
  readonly inputs: readonly InputPlan[]
  readonly outputs: readonly OutputPlan[]
  /** Where `model.tar.gz` and `output.tar.gz` go. */
  readonly archives?: ObjectUri
  /** Restored before the start, kept up to date while the job runs. */
  readonly checkpoint?: { readonly path: string; readonly uri: ObjectUri }
  /** Name to expression. */
  readonly metrics: Readonly<Record<string, string>>
}

/** Some machines of a job, of one type. */
export interface GroupPlan {
  readonly name: string
  readonly instanceType: string
  readonly hosts: readonly string[]
}

export interface InputPlan {
  readonly name: string
  /** Absolute on the machine. */
  readonly path: string
  readonly uri: ObjectUri
  readonly from: 'prefix' | 'manifest'
  readonly sharded: boolean
  /** The machines that get it; absent for all. */
  readonly hosts?: readonly string[]
  /** The program only reads it: a link will do. */
  readonly readOnly: boolean
}

/** A folder of the machine that goes to a folder of the store. */
export interface OutputPlan {
  readonly path: string
  readonly uri: ObjectUri
  /** Also while the job runs. */
  readonly continuous: boolean
  /** Whether what a failed program left goes too. */
  readonly afterFailure: boolean
}

/**
 * Reads a request.
 * @throws {PlatformError} `PLATFORM_REFUSED` for what SageMaker would refuse too, `PLATFORM_UNSUPPORTED` for what cannot be
 * done with processes, `PLATFORM_QUOTA` for too many machines.
 */
export function planOf(request: JobRequest, maxMachines: number, settings: { readonly container?: object } = {}): JobPlan {
  const runs = settings.container === undefined ? argvOf : imageArgvOf
  const plan = request.kind === 'training' ? trainingPlan(request.input, runs) : processingPlan(request.input, runs)
  if (plan.hosts.length > maxMachines) {
    throw new PlatformError(
      'PLATFORM_QUOTA',
      `${plan.hosts.length} machines are more than the ${maxMachines} of the local platform`,
      {
        hint: 'Ask for fewer machines.',
      },
    )
  }
  const names = plan.inputs.map((input) => input.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refused(`there are two inputs named '${twice}'`)
  return plan
}

function trainingPlan(input: CreateTrainingJobCommandInput, runs: typeof argvOf): JobPlan {
  const {
    AlgorithmSpecification: algorithm,
    ResourceConfig: resources,
    OutputDataConfig: output,
    CheckpointConfig: checkpoint,
  } = input
  const archives = joinUri(uriOf(output?.S3OutputPath, 'OutputDataConfig.S3OutputPath'), nameOf(input.TrainingJobName), 'output')
  const loose = output?.CompressionType === 'NONE'
  const board = input.TensorBoardOutputConfig
  const groups = groupsOf(resources?.InstanceGroups)
  return {
    kind: 'training',
    name: nameOf(input.TrainingJobName),
    ...programOf(input, runs),
    environment: environmentOf(input.Environment),
    hosts: groups?.flatMap((group) => group.hosts) ?? hostsOf(resources?.InstanceCount),
    ...(groups === undefined ? {} : { groups }),
    instanceType:
      resources?.InstanceType ?? (resources?.InstancePreferences ?? resources?.InstanceGroups)?.[0]?.InstanceType ?? 'local',
    maxRunSeconds: limitSeconds(input.StoppingCondition?.MaxRuntimeInSeconds),
    inputs: (input.InputDataConfig ?? []).map((channel) =>
      trainingInput(channel, algorithm?.TrainingInputMode ?? 'File', groups),
    ),
    outputs: [
      ...(loose ? looseOutputs(archives) : []),
      ...(board?.S3OutputPath === undefined
        ? []
        : [boardOutput(board.LocalPath, joinUri(objectUri(board.S3OutputPath), nameOf(input.TrainingJobName)))]),
    ],
    ...(loose ? {} : { archives }),
    ...(checkpoint?.S3Uri === undefined
      ? {}
      : { checkpoint: { path: pathOf(checkpoint.LocalPath ?? '/opt/ml/checkpoints'), uri: objectUri(checkpoint.S3Uri) } }),
    metrics: Object.fromEntries(
      (algorithm?.MetricDefinitions ?? []).map(({ Name, Regex }) => [Name ?? '', expressionOf(Name, Regex)]),
    ),
  }
}

function programOf(
  { AlgorithmSpecification: algorithm, HyperParameters }: CreateTrainingJobCommandInput,
  runs: typeof argvOf,
): ReturnType<typeof argvOf> {
  const { ContainerEntrypoint: entrypoint, ContainerArguments: args } = algorithm ?? {}
  const isScriptMode = entrypoint === undefined && HyperParameters?.['sagemaker_program'] !== undefined
  if (isScriptMode && runs === argvOf) return { argv: toolkitArgv }
  return runs(entrypoint, args ?? (entrypoint === undefined ? ['train'] : []))
}

function processingPlan(input: CreateProcessingJobCommandInput, runs: typeof argvOf): JobPlan {
  const { AppSpecification: app, ProcessingResources: resources } = input
  return {
    kind: 'processing',
    name: nameOf(input.ProcessingJobName),
    ...runs(app?.ContainerEntrypoint, app?.ContainerArguments),
    environment: environmentOf(input.Environment),
    hosts: hostsOf(resources?.ClusterConfig?.InstanceCount),
    instanceType:
      resources?.ClusterConfig?.InstanceType ?? resources?.ClusterConfig?.InstancePreferences?.[0]?.InstanceType ?? 'local',
    maxRunSeconds: limitSeconds(input.StoppingCondition?.MaxRuntimeInSeconds),
    inputs: (input.ProcessingInputs ?? []).map(processingInput),
    outputs: (input.ProcessingOutputConfig?.Outputs ?? []).map(({ OutputName, S3Output }) => {
      if (S3Output === undefined) throw unsupported(`output '${OutputName ?? ''}' is not in S3`, 'Use an S3 output.')
      return {
        path: pathOf(S3Output.LocalPath),
        uri: uriOf(S3Output.S3Uri, `output '${OutputName ?? ''}'`),
        continuous: S3Output.S3UploadMode === 'Continuous',
        afterFailure: true,
      }
    }),
    metrics: {},
  }
}

/** The groups of machines with the names of their hosts, which are numbered through all of them. */
function groupsOf(given: readonly InstanceGroup[] | undefined): readonly GroupPlan[] | undefined {
  if (given === undefined) return undefined
  const all = hostsOf(given.reduce((sum, { InstanceCount = 0 }) => sum + InstanceCount, 0))
  return given.map(({ InstanceGroupName: name = '', InstanceType: instanceType = 'local', InstanceCount = 0 }, index) => {
    const before = given.slice(0, index).reduce((sum, other) => sum + (other.InstanceCount ?? 0), 0)
    return { name, instanceType, hosts: all.slice(before, before + InstanceCount) }
  })
}

function hostsIn(names: readonly string[] | undefined, groups: readonly GroupPlan[] | undefined): Pick<InputPlan, 'hosts'> {
  if (names === undefined) return {}
  const unknown = names.find((name) => groups?.some((group) => group.name === name) !== true)
  if (unknown !== undefined) throw refused(`there is no instance group named '${unknown}'`)
  return { hosts: (groups ?? []).filter(({ name }) => names.includes(name)).flatMap(({ hosts }) => hosts) }
}

function trainingInput(channel: Channel, jobMode: string, groups: readonly GroupPlan[] | undefined): InputPlan {
  const name = channel.ChannelName ?? ''
  if (!/^[A-Za-z0-9.\-_]{1,64}$/.test(name) || /^\.+$/.test(name)) throw refused(`'${name}' is not a channel name`)
  const source = channel.DataSource?.S3DataSource
  if (source === undefined)
    throw unsupported(`channel '${name}' does not come from S3`, 'Use an input from this computer or from S3.')
  const mode = channel.InputMode ?? jobMode
  return {
    ...input(name, source.S3Uri, source.S3DataType, source.S3DataDistributionType, mode),
    ...hostsIn(source.InstanceGroupNames, groups),
    path: `${paths.training.data}/${name}`,
    readOnly: mode === 'FastFile',
  }
}

function processingInput({ InputName: name = '', S3Input: source }: ProcessingInput): InputPlan {
  if (source === undefined)
    throw unsupported(`input '${name}' does not come from S3`, 'Use an input from this computer or from S3.')
  return {
    ...input(name, source.S3Uri, source.S3DataType, source.S3DataDistributionType, source.S3InputMode ?? 'File'),
    path: pathOf(source.LocalPath),
    readOnly: false,
  }
}

function input(
  name: string,
  uri: string | undefined,
  type = 'S3Prefix',
  distribution = 'FullyReplicated',
  mode: string,
): Omit<InputPlan, 'path' | 'readOnly'> {
  if (mode === 'Pipe') throw unsupported(`input '${name}' is to arrive in Pipe mode`, "Use the mode 'File' or 'FastFile'.")
  if (type !== 'S3Prefix' && type !== 'ManifestFile')
    throw unsupported(`input '${name}' is of type ${type}`, "Use 'S3Prefix' or 'ManifestFile'.")
  const from = type === 'ManifestFile' ? 'manifest' : 'prefix'
  return { name, uri: uriOf(uri, `input '${name}'`), from, sharded: distribution === 'ShardedByS3Key' }
}

const looseOutputs = (uri: ObjectUri): readonly OutputPlan[] => [
  { path: paths.training.model, uri: joinUri(uri, 'model'), continuous: false, afterFailure: false },
  { path: paths.training.outputData, uri: joinUri(uri, 'data'), continuous: false, afterFailure: true },
]

const boardOutput = (path: string | undefined, uri: ObjectUri): OutputPlan => ({
  path: pathOf(path ?? paths.training.tensorboard),
  uri: joinUri(uri, 'tensorboard-output'),
  continuous: true,
  afterFailure: true,
})
