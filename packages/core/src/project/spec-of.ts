import { isRegExp } from '../lang/realms.ts'
import { freeze } from '../lang/freeze.ts'
import { objectUri } from '../names/object-uri.ts'
import { projectName, taskName } from '../names/task-name.ts'
import { optionProblems } from '../options/check.ts'
import { InvalidTaskError, toldFrom } from '../options/errors.ts'
import type { NamedProblem } from '../options/option.ts'
import { givingWay, resolvedOptions, type ResolvedOptions } from '../options/task-options.ts'
import { keepsCheckpoints } from '../spec/algorithms.ts'
import { distributionOf } from '../spec/distribution.ts'
import { groupsOf, leadingType } from '../spec/training/instance-groups.ts'
import type { NamedOutputs } from '../spec/outputs.ts'
import type { ImageSpec } from '../spec/image.ts'
import type { InputSpec, TaskSpec } from '../spec/task-spec.ts'
import { setIn } from '../lang/set-in.ts'
import { secondsOf, type Duration } from '../time/duration.ts'
import { trackingOf } from '../options/tracking/tracking.ts'
import { spotWaitOf, usualMaxWait } from '../options/spot/spot.ts'
import { retryOf } from '../spec/training/retry.ts'
import type { Draft, DraftInput } from './draft.ts'
import { fieldProblems } from './problems/fields.ts'
import {
  algorithmProblems,
  archiveProblems,
  homePathProblems,
  launchProblems,
  schemaProblems,
  packagesProblems,
} from './problems/place-problems.ts'
import { inputProblems, nameProblems, programProblems } from './problems/draft-problems.ts'
import { placeProblems } from '../run/results/outputs.ts'

/**
 * The task that a draft describes, complete with its defaults and frozen.
 * @throws {InvalidTaskError} with every problem there is.
 */
export function specOf(given: Draft): TaskSpec {
  const draft = { ...given, options: givingWay(given.options, given.chosen ?? []) }
  const problems = problemsOf(draft).map((problem) => toldFrom(problem, draft))
  if (problems.length > 0 || draft.program === undefined) throw new InvalidTaskError(draft.task, problems)
  const options = resolvedOptions(draft.kind, beginsAnew(draft) ? { spot: false, ...draft.options } : draft.options)
  return freeze({
    kind: draft.kind,
    project: projectName(draft.project),
    task: taskName(draft.task),
    ...(draft.bucket === undefined ? {} : { bucket: draft.bucket }),
    prefix: draft.prefix,
    program: draft.program,
    ...(options.container === undefined ? {} : { container: options.container }),
    image: imageOf(draft, options),
    ...packagesIn(options.packages),
    ...(options.launch === undefined ? {} : { launch: options.launch }),
    inputs: draft.inputs.map(inputOf),
    ...(draft.outputs === undefined ? {} : { outputs: withoutSlash(draft.outputs) }),
    ...computeOf(options),
    ...parametersOf(options),
    ...accessOf(options),
    ...(options.state === 'same-spec' ? { keepsState: options.state } : {}),
    ...(options.stateArchive ? { stateArchive: true } : {}),
    ...declaredBy(draft),
    givenOptions: Object.keys(draft.options),
    requestOverrides: draft.requestOverrides,
  })
}

function problemsOf(draft: Draft): readonly NamedProblem[] {
  const wrong = optionProblems(draft.kind, draft.options)
  return [
    ...nameProblems(draft),
    ...schemaProblems(draft),
    ...wrong,
    ...programProblems(draft),
    ...fieldProblems(draft),
    ...(wrong.length === 0 ? algorithmProblems(draft) : []),
    ...inputProblems(draft),
    ...packagesProblems(draft),
    ...(wrong.length === 0 ? [...launchProblems(draft), ...archiveProblems(draft), ...homePathProblems(draft)] : []),
    ...placeProblems(draft.kind, draft.inputs, draft.outputs ?? {}),
  ]
}

const declaredBy = ({
  resultSchema,
  hyperparameterSchema,
  documents,
}: Draft): Pick<TaskSpec, 'resultSchema' | 'hyperparameterSchema' | 'documents'> =>
  setIn({ resultSchema, hyperparameterSchema, documents })

/** A built-in algorithm without checkpoints would begin anew each time a spot machine is taken away: on demand unless told otherwise. */
const beginsAnew = ({ algorithm }: Draft): boolean =>
  algorithm !== undefined && !algorithm.name.includes('/') && !keepsCheckpoints(algorithm.name)

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
  | 'retry'
  | 'fallbackTypes'
  | 'spotWait'
  | 'instanceGroups'
  | 'certifiedOverSeconds'
>

function computeOf(options: ResolvedOptions): Compute {
  const { volumeSizeGiB, spot, retries } = options
  const retry = options.retry === undefined ? undefined : retryOf(options.retry)
  const maxRunSeconds = seconds(options.maxRun)
  const spotWait = spotWaitOf(options)
  const keepAliveSeconds = options.warm === undefined ? undefined : seconds(options.warm)
  return {
    ...machinesOf(options),
    ...(options.fallbackTypes.length === 0 ? {} : { fallbackTypes: options.fallbackTypes }),
    volumeSizeGiB,
    spot,
    maxRunSeconds,
    // The original's 0 means the same as not given.
    ...(spot ? { maxWaitSeconds: seconds(options.maxWait) || seconds(usualMaxWait('training', options)) } : {}),
    ...(spotWait === undefined ? {} : { spotWait }),
    ...(options.certifiedOver === undefined ? {} : { certifiedOverSeconds: seconds(options.certifiedOver) }),
    ...(keepAliveSeconds === undefined ? {} : { keepAliveSeconds }),
    ...(retries === undefined ? {} : { retries }),
    // What is wrong with it has been said by then.
    ...(typeof retry === 'object' ? { retry } : {}),
  }
}

function machinesOf({
  instanceType,
  instanceCount,
  instanceGroups,
}: ResolvedOptions): Pick<TaskSpec, 'instanceType' | 'instanceCount' | 'instanceGroups'> {
  if (instanceGroups === undefined) return { instanceType, instanceCount }
  const groups = groupsOf(instanceGroups)
  return {
    instanceType: leadingType(groups) ?? instanceType,
    instanceCount: groups.reduce((sum, { count }) => sum + count, 0),
    instanceGroups: groups,
  }
}

// Checked before: every duration is one.
const seconds = (duration: Duration): number => secondsOf(duration) ?? 0

function parametersOf(options: ResolvedOptions) {
  const { hyperparameters, args, env, tags } = options
  const sources = Object.entries(options.metrics).map(([name, value]) => [name, isRegExp(value) ? value.source : value])
  const metrics = Object.fromEntries(sources) as Record<string, string>
  return { hyperparameters, args, env, tags, metrics, ...trackingOf(options) }
}

function packagesIn(given: ResolvedOptions['packages']): Pick<TaskSpec, 'packages'> {
  if (given === undefined) return {}
  return { packages: typeof given === 'string' ? { file: given } : { ...given } }
}

function distributionIn(value: unknown): Pick<TaskSpec, 'distribution'> {
  const distribution = value === undefined ? undefined : distributionOf(value)
  // What is wrong with it has been said by then.
  return typeof distribution === 'object' ? { distribution } : {}
}

type Access = Pick<
  TaskSpec,
  'role' | 'outputKmsKey' | 'volumeKmsKey' | 'subnets' | 'securityGroups' | 'networkIsolation' | 'encryptTraffic' | 'distribution'
>

function accessOf(options: ResolvedOptions): Access {
  const { role, outputKmsKey, volumeKmsKey, distribution, subnets, securityGroups, networkIsolation, encryptTraffic } = options
  return {
    ...(role === undefined ? {} : { role }),
    ...(outputKmsKey === undefined ? {} : { outputKmsKey }),
    ...(volumeKmsKey === undefined ? {} : { volumeKmsKey }),
    ...distributionIn(distribution),
    subnets,
    securityGroups,
    networkIsolation,
    encryptTraffic,
  }
}

function imageOf({ algorithm }: Draft, options: ResolvedOptions): ImageSpec {
  if (options.image !== undefined) return { kind: 'uri', uri: options.image }
  if (algorithm !== undefined) {
    const { name, version } = algorithm
    return name.includes('/')
      ? { kind: 'uri', uri: name }
      : { kind: 'algorithm', algorithm: name, ...(version === undefined ? {} : { version }) }
  }
  const base = {
    kind: 'framework' as const,
    framework: options.framework,
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

const bare = (path: string): string => path.replace(/\/+$/, '')

const withoutSlash = (outputs: NamedOutputs): NamedOutputs =>
  Object.fromEntries(Object.entries(outputs).map(([name, path]) => [name, bare(path)]))

function inputOf(input: DraftInput): InputSpec {
  const { channel, source, distribution, mode, unpack, path, ...rest } = input
  return {
    channel,
    source: source.kind === 's3-text' ? { kind: 's3', uri: objectUri(source.uri) } : source,
    distribution: distribution ?? 'FullyReplicated',
    mode: mode ?? 'File',
    unpack: unpack ?? false,
    ...(path === undefined ? {} : { path: bare(path) }),
    ...rest,
  }
}
