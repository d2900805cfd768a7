import { sha256 } from '../../packages/core/src/files/digest/digest.ts'
import { jobName } from '../../packages/core/src/names/job-name.ts'
import { layoutOf, type TaskLayout } from '../../packages/core/src/names/layout.ts'
import { folderUri, joinUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import { taskName } from '../../packages/core/src/names/task-name.ts'
import type { JobRequest } from '../../packages/core/src/platform/jobs.ts'
import type { RequestFacts } from '../../packages/core/src/request/facts.ts'
import { launchSettings } from '../../packages/core/src/request/launch-settings.ts'
import { jobRequest } from '../../packages/core/src/request/request.ts'
import { outputUri } from '../../packages/core/src/run/results/outputs.ts'
import type { ImageSpec } from '../../packages/core/src/spec/image.ts'
import type { JobKind } from '../../packages/core/src/spec/job-kind.ts'
import type { InputSpec, TaskSpec } from '../../packages/core/src/spec/task-spec.ts'

/** What would be sent for a task, and the settings of its launcher. */
export interface Sent {
  readonly request: JobRequest
  readonly settings: readonly string[]
}

/** Anything with a state, which every task has: the way to its spec. */
export interface Describing {
  output(name: 'state'): { readonly spec: TaskSpec }
}

/** The spec behind a task. */
export const specOf = (task: Describing): TaskSpec => task.output('state').spec

/** The request of a task as it would be at one moment, of one account: everything that is not said by the task is fixed. */
export function sentFor(spec: TaskSpec, more: Partial<RequestFacts> = {}): Sent {
  const entry = entryOf(spec)
  const job = jobName(`${spec.task}-2026-01-02-03-04-05-AbCdEfGh`)
  const settings = launchSettings(spec, job, entry)
  const layout = place(spec)
  const facts: RequestFacts = {
    job,
    layout,
    roleArn: spec.role ?? 'arn:aws:iam::111122223333:role/SimpleSageMaker-ex',
    imageUri: imageName(spec.image),
    inputs: spec.inputs.map((input) => resolved(input, spec, layout)),
    ...(spec.program.kind === 'algorithm'
      ? {}
      : { code: { launcherSha256: 'a'.repeat(64), settingsSha256: sha256(settings), bundleSha256: 'b'.repeat(64) } }),
    fingerprint: 'f'.repeat(64),
    hasState: false,
    version: '0.1.0',
    ...more,
  }
  return { request: jobRequest(spec, facts), settings: settings.trimEnd().split('\n') }
}

function entryOf({ program }: TaskSpec): string | undefined {
  if (program.kind === 'code') return program.entry.split('/').at(-1)
  return program.kind === 'command' ? program.script : undefined
}

const place = (spec: Pick<TaskSpec, 'prefix' | 'project' | 'task'>): TaskLayout =>
  layoutOf({ bucket: 'sagemaker-us-east-1-111122223333', ...spec })

function imageName(image: ImageSpec): string {
  const registry = '111122223333.dkr.ecr.us-east-1.amazonaws.com'
  switch (image.kind) {
    case 'uri':
      return image.uri
    case 'algorithm':
      return `${registry}/${image.algorithm}:${image.version ?? 'newest'}`
    case 'framework':
      return `${registry}/${image.framework}:${image.version ?? 'newest'}-${image.python ?? 'python'}`
    case 'dockerfile':
      return `${registry}/${image.repository ?? 'ssm'}:${image.tag ?? `of-${sha256(image.source).slice(0, 8)}`}`
  }
}

function resolved(input: InputSpec, spec: TaskSpec, layout: TaskLayout): RequestFacts['inputs'][number] {
  const { channel, distribution, mode, contentType, subdir, path, groups } = input
  const whole = uriOf(input, spec, layout)
  const uri = subdir === undefined ? whole : folderUri(joinUri(whole, subdir))
  return {
    channel,
    uri,
    distribution,
    mode,
    ...(contentType === undefined ? {} : { contentType }),
    ...(groups === undefined ? {} : { groups }),
    ...(path === undefined ? {} : { path }),
  }
}

function uriOf({ channel, source }: InputSpec, spec: TaskSpec, layout: TaskLayout): ObjectUri {
  const made = (
    task: Pick<TaskSpec, 'prefix' | 'project' | 'task'>,
    kind: JobKind,
    output: Parameters<typeof outputUri>[3],
  ): ObjectUri => outputUri(place(task), kind, jobName(`${task.task}-2026-01-01-00-00-00-AbCdEfGh`), output)
  switch (source.kind) {
    case 'local':
      return layout.input(channel)
    case 's3':
    case 'result':
      return source.uri
    case 'task':
      return made({ ...spec, task: taskName(source.task) }, 'training', source.output)
    case 'upstream':
      return made(source.spec, source.spec.kind, source.output)
  }
}
