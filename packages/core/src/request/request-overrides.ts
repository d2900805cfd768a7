import { isDeepStrictEqual } from 'node:util'
import { sha256 } from '../files/digest/digest.ts'
import { jobName } from '../names/job-name.ts'
import { layoutOf } from '../names/layout.ts'
import { objectUri } from '../names/object-uri.ts'
import type { JobRequest } from '../platform/jobs.ts'
import { Secret } from '../secrets/secret.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'
import { processingRequest } from './processing.ts'
import { trainingRequest } from './training.ts'

/** The request with the edits of `request()` applied. */
export function withRequestOverrides<Input extends JobRequest['input']>(spec: TaskSpec, first: Input): Input {
  // The `request()` method types each override for the kind of its task.
  return spec.requestOverrides.reduce((input, override) => override(input) as Input, first)
}

/** The spec with every secret masked: for what is shown or remembered. */
export function withoutSecrets(spec: TaskSpec): TaskSpec {
  const masked = Object.entries(spec.env).map(([name, value]) => [name, value instanceof Secret ? '<secret>' : value] as const)
  return { ...spec, env: Object.fromEntries(masked) }
}

/**
 * What `request()` edits change of the work itself, before anything is found or made: a digest of each field they change. They
 * are tried on a request with stand-ins for all that lies somewhere, so that a place makes no difference.
 */
export function requestOverrideEffects(spec: TaskSpec): Readonly<Record<string, string>> {
  if (spec.requestOverrides.length === 0) return {}
  const [before, after] = [plainRequest(spec), withRequestOverrides(spec, plainRequest(spec))].map(
    (input) => new Map(Object.entries(input)),
  )
  if (before === undefined || after === undefined) return {}
  const fields = [...new Set([...before.keys(), ...after.keys()])].filter((field) => !notTheWork.has(field))
  const changed = fields.filter((field) => !isDeepStrictEqual(before.get(field), after.get(field)))
  return Object.fromEntries(changed.map((field) => [field, sha256(JSON.stringify(after.get(field) ?? null))]))
}

/** Fields that say where, for whom, how long and at what price: a change of them is no other run. */
const notTheWork: ReadonlySet<string> = new Set([
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
])

function plainRequest(spec: TaskSpec): JobRequest['input'] {
  const shown = withoutSecrets(spec)
  return spec.kind === 'training' ? trainingRequest(shown, standIns(spec)) : processingRequest(shown, standIns(spec))
}

function standIns({ project, task, program, inputs }: TaskSpec): RequestFacts {
  const digest = '0'.repeat(64)
  return {
    job: jobName(`${task}-2000-01-01-00-00-00-00000000`),
    layout: layoutOf({ bucket: 'bucket', prefix: '', project, task }),
    roleArn: 'arn:aws:iam::000000000000:role/role',
    imageUri: 'image',
    inputs: inputs.map(({ channel, distribution, mode, contentType }) => ({
      channel,
      uri: objectUri(`s3://bucket/${channel}/`),
      distribution,
      mode,
      ...(contentType === undefined ? {} : { contentType }),
    })),
    ...(program.kind === 'algorithm' ? {} : { code: { launcherSha256: digest, settingsSha256: digest, bundleSha256: digest } }),
    fingerprint: digest,
    hasState: false,
    version: '0',
  }
}
