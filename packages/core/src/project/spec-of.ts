import { freeze } from '../lang/freeze.ts'
import { objectUri } from '../names/object-uri.ts'
import { projectName, taskName } from '../names/task-name.ts'
import { optionProblems } from '../options/check.ts'
import { machinesOf } from '../options/compute.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { TrainingOptions } from '../options/task-options.ts'
import type { ImageSpec } from '../spec/image.ts'
import type { InputSpec } from '../spec/inputs.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { secondsOf, type Duration } from '../time/duration.ts'
import type { Draft, DraftInput } from './draft.ts'
import { inputProblems, nameProblems, programProblems } from './draft-problems.ts'

/**
 * The task that a draft describes, complete with its defaults and frozen.
 * @throws {InvalidTaskError} with every problem there is.
 */
export function specOf(draft: Draft): TaskSpec {
  const problems = [
    ...nameProblems(draft),
    ...optionProblems(draft.kind, draft.options),
    ...programProblems(draft),
    ...inputProblems(draft),
  ]
  if (problems.length > 0 || draft.program === undefined) throw new InvalidTaskError(draft.task, problems)
  return freeze({
    kind: draft.kind,
    project: projectName(draft.project),
    task: taskName(draft.task),
    ...(draft.bucket === undefined ? {} : { bucket: draft.bucket }),
    prefix: draft.prefix,
    program: draft.program,
    image: imageOf(draft),
    inputs: draft.inputs.map(inputOf),
    ...computeOf(draft.kind, draft.options),
    ...parametersOf(draft.options),
    ...accessOf(draft.options),
    ...(draft.resultSchema === undefined ? {} : { resultSchema: draft.resultSchema }),
    ...(draft.hyperparameterSchema === undefined ? {} : { hyperparameterSchema: draft.hyperparameterSchema }),
    givenOptions: Object.keys(draft.options),
    requestOverrides: draft.requestOverrides,
  })
}

type Compute = Pick<
  TaskSpec,
  | 'instanceType'
  | 'instanceCount'
  | 'volumeSizeGiB'
  | 'spot'
  | 'maxRunSeconds'
  | 'maxWaitSeconds'
  | 'keepAliveSeconds'
  | 'retries'
>

function computeOf(kind: Draft['kind'], options: TrainingOptions): Compute {
  const { instanceType, instanceCount, spot } = machinesOf(kind, options)
  const maxRunSeconds = seconds(options.maxRun) ?? 86_400
  // The original's 0 means the same as not given.
  const maxWaitSeconds = seconds(options.maxWait) === 0 ? undefined : seconds(options.maxWait)
  const keepAliveSeconds = seconds(options.warm)
  return {
    instanceType,
    instanceCount,
    volumeSizeGiB: options.volumeSizeGiB ?? 30,
    spot,
    maxRunSeconds,
    ...(spot ? { maxWaitSeconds: maxWaitSeconds ?? maxRunSeconds } : {}),
    ...(keepAliveSeconds === undefined ? {} : { keepAliveSeconds }),
    ...(options.retries === undefined ? {} : { retries: options.retries }),
  }
}

const seconds = (duration: Duration | undefined): number | undefined => (duration === undefined ? undefined : secondsOf(duration))

function parametersOf(options: TrainingOptions): Pick<TaskSpec, 'hyperparameters' | 'args' | 'env' | 'tags' | 'metrics'> {
  const metrics = Object.entries(options.metrics ?? {}).map(([name, value]) => [
    name,
    value instanceof RegExp ? value.source : value,
  ])
  return {
    hyperparameters: options.hyperparameters ?? {},
    args: options.args ?? [],
    env: options.env ?? {},
    tags: options.tags ?? {},
    metrics: Object.fromEntries(metrics) as Record<string, string>,
  }
}

type Access = Pick<
  TaskSpec,
  'role' | 'outputKmsKey' | 'volumeKmsKey' | 'subnets' | 'securityGroups' | 'networkIsolation' | 'encryptTraffic' | 'distribution'
>

function accessOf(options: TrainingOptions): Access {
  const { role, outputKmsKey, volumeKmsKey, distribution } = options
  return {
    ...(role === undefined ? {} : { role }),
    ...(outputKmsKey === undefined ? {} : { outputKmsKey }),
    ...(volumeKmsKey === undefined ? {} : { volumeKmsKey }),
    ...(distribution === undefined ? {} : { distribution }),
    subnets: options.subnets ?? [],
    securityGroups: options.securityGroups ?? [],
    networkIsolation: options.networkIsolation ?? false,
    encryptTraffic: options.encryptTraffic ?? false,
  }
}

function imageOf({ kind, options, algorithm }: Draft): ImageSpec {
  if (options.image !== undefined) return { kind: 'uri', uri: options.image }
  if (algorithm !== undefined) {
    const { name, version } = algorithm
    return name.includes('/')
      ? { kind: 'uri', uri: name }
      : { kind: 'algorithm', algorithm: name, ...(version === undefined ? {} : { version }) }
  }
  const base = {
    kind: 'framework' as const,
    framework: options.framework ?? (kind === 'training' ? 'pytorch' : 'sklearn'),
    ...(options.frameworkVersion === undefined ? {} : { version: options.frameworkVersion }),
    ...(options.pythonVersion === undefined ? {} : { python: options.pythonVersion }),
  }
  if (options.dockerfile === undefined) return base
  return {
    kind: 'dockerfile',
    source: options.dockerfile,
    base,
    ...(options.repository === undefined ? {} : { repository: options.repository }),
    ...(options.localRepository === undefined ? {} : { localRepository: options.localRepository }),
    ...(options.imageTag === undefined ? {} : { tag: options.imageTag }),
  }
}

function inputOf(input: DraftInput): InputSpec {
  const { channel, source, distribution, mode, unpack, ...rest } = input
  return {
    channel,
    source: source.kind === 's3-text' ? { kind: 's3', uri: objectUri(source.uri) } : source,
    distribution: distribution ?? 'FullyReplicated',
    mode: mode ?? 'File',
    unpack: unpack ?? false,
    ...rest,
  }
}
