import { SsmError } from '../../errors/ssm-error.ts'
import type { Progress } from '../../events/run-event.ts'
import { allOrAbort } from '../../lang/all-or-abort.ts'
import { newJobName, type JobName } from '../../names/job-name.ts'
import { addressOf } from '../../names/object-uri.ts'
import type { JobRef, JobRequest } from '../../platform/jobs.ts'
import type { RoleNeed } from '../../platform/roles.ts'
import type { RequestFacts } from '../../request/facts.ts'
import { jobRequest } from '../../request/request.ts'
import type { JobRecord } from '../../spec/result.ts'
import { syncFolder } from '../../sync/folder.ts'
import type { RunContext } from '../context.ts'
import type { RunPolicy } from '../decide/decide.ts'
import { cleanState, hasState } from '../state.ts'
import { version } from '../version.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { sendCode } from './code.ts'
import type { Lease } from '../decide/lease.ts'
import { writeObject } from './write.ts'

/**
 * Prepares a job — code, inputs, image, role, all that can be at once — and submits it.
 * @throws {LeaseLost} when another client may have started the task meanwhile.
 */
export async function submit(task: ResolvedTask, policy: RunPolicy, lease: Lease, context: RunContext): Promise<JobRef> {
  if (policy.clean === true)
    context.tell({ type: 'state-cleaned', files: await cleanState(task.layout, context.platform, context.signal) })
  const name = newJobName(task.spec.task, context.clock.now())
  const request = await prepare(task, name, context)
  await writeRecord(task, name, context)
  await lease.confirm()
  context.signal.throwIfAborted()
  // Without the signal: an answer that nobody waits for could be a job that nobody knows of.
  await context.platform.jobs.start(request)
  const job = { kind: task.spec.kind, name }
  context.tell({ type: 'submitted', job })
  return job
}

async function prepare(task: ResolvedTask, job: JobName, context: RunContext): Promise<JobRequest> {
  const [code, , identity, stateThere] = await allOrAbort(context.signal, (signal) => [
    sendCode(task, job, { ...context, signal }),
    sendInputs(task, { ...context, signal }),
    imageAndRole(task, { ...context, signal }),
    hasState(task.layout, context.platform, signal),
  ])
  return jobRequest(
    task.spec,
    requestFacts(task, job, { ...identity, hasState: stateThere, ...(code === undefined ? {} : { code }) }),
  )
}

async function imageAndRole(
  task: ResolvedTask,
  { platform, signal }: RunContext,
): Promise<Pick<RequestFacts, 'imageUri' | 'roleArn'>> {
  const { image, kind, instanceType } = task.spec
  const imageUri = await platform.images.resolve({ image, kind, instanceType }, { signal })
  return { imageUri, roleArn: await platform.roles.ensure(roleNeed(task, imageUri), { signal }) }
}

/** The facts of a request, from what was found and made. */
export function requestFacts(
  task: ResolvedTask,
  job: JobName,
  made: Pick<RequestFacts, 'imageUri' | 'roleArn' | 'hasState' | 'code'>,
): RequestFacts {
  const { layout, fingerprint } = task
  return { job, layout, fingerprint, version, inputs: task.inputs.map((input) => input.resolved), ...made }
}

/** What the job's role must be able to do. */
export function roleNeed({ spec, bucket, layout, inputs }: ResolvedTask, imageUri: string): RoleNeed {
  const ownFolder = { key: addressOf(layout.root).key.replace(/[^/]+\/$/, '') } // the project's: its tasks share one role
  const elsewhere = inputs
    .map((input) => addressOf(input.resolved.uri))
    .filter(({ bucket: other, key }) => other !== bucket || !key.startsWith(ownFolder.key))
  return {
    project: spec.project,
    ...(spec.role === undefined ? {} : { own: spec.role }),
    bucket,
    writablePrefixes: [ownFolder.key],
    readableAddresses: elsewhere,
    imageUri,
    kmsKeys: [spec.outputKmsKey, spec.volumeKmsKey].filter((key) => key !== undefined),
    vpc: spec.subnets.length > 0,
  }
}

async function sendInputs(task: ResolvedTask, context: RunContext): Promise<void> {
  for (const input of task.inputs) {
    if (input.local === undefined) continue
    const { channel } = input.resolved
    const { digest } = await syncFolder({
      source: input.local.path,
      target: task.layout.input(channel),
      index: task.layout.inputIndex(channel),
      cacheDir: context.cacheDir,
      objects: context.platform.objects,
      signal: context.signal,
      onProgress: (progress: Progress) => context.tell({ type: 'uploaded', what: `input ${channel}`, progress }),
      kmsKey: task.spec.outputKmsKey,
    })
    if (digest !== input.local.plan.digest) throw changedInput(input.local.path, channel)
  }
}

/** A job must never read other data than its fingerprint says. */
function changedInput(path: string, channel: string): SsmError {
  return new SsmError('INPUT_MISSING', `The files of channel ${channel} changed while they were being sent`, {
    hint: `Wait until whatever writes to ${path} is done, and run it again.`,
    facts: { path, channel },
  })
}

/** Kept with the job before there is one: a job without a record could never be skipped. */
async function writeRecord(task: ResolvedTask, job: JobName, context: RunContext): Promise<void> {
  const record: JobRecord = {
    v: 1,
    job,
    kind: task.spec.kind,
    fingerprint: task.fingerprint,
    parts: task.parts,
    createdAtMs: context.clock.now(),
  }
  await writeObject(task.layout.job(job).record, { kind: 'bytes', bytes: Buffer.from(JSON.stringify(record)) }, task, context)
}
