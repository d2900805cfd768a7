import { local } from '../../../packages/core/src/local/index.ts'
import { folderUri, objectUri, type ObjectUri } from '../../../packages/core/src/names/object-uri.ts'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { isTerminal, type JobRef, type JobRequest, type JobState } from '../../../packages/core/src/platform/jobs.ts'
import type { Platform } from '../../../packages/core/src/platform/platform.ts'
import { awsOn } from './aws-platform.ts'
import type { LoggedLine, Machines, StandIn } from './stand-in.ts'

/**
 * Runs the jobs that the stand-in is asked for as processes of this computer: what they read is fetched from the
 * stand-in's buckets first, what they write and log is brought there while they run and after.
 */
export function localMachines(standIn: StandIn, root: string): Machines {
  const here = local({ root, stopGraceSeconds: 1, syncSeconds: 0.2 })
  const there = awsOn(standIn.moto.url)
  const running = new Map<string, { readonly done: Promise<void>; settled: boolean }>()

  const start = async (request: JobRequest): Promise<{ readonly type: string; readonly message: string } | undefined> => {
    const job = refOf(request)
    if (running.has(job.name)) return { type: 'ResourceInUse', message: `Job names must be unique: ${job.name}` }
    if (machinesOf(request) > 100)
      return {
        type: 'ResourceLimitExceeded',
        message:
          "The account-level service limit 'ml.m5.large' is 100 Instances, with current utilization of 0 Instances and a request delta of 101 Instances.",
      }
    for (const uri of readBy(request)) await copy(there, here, uri, false, new Map())
    await here.jobs.start(request)
    const run = { done: Promise.resolve(), settled: false }
    const followed = follow(request).finally(() => (run.settled = true))
    running.set(job.name, Object.assign(run, { done: followed.catch((cause: unknown) => console.error('stand-in:', cause)) }))
    return undefined
  }
  const follow = async (request: JobRequest): Promise<void> => {
    const job = refOf(request)
    const logs = copyLogs(here, standIn, job)
    const copied = new Map<string, string>()
    for (let over = false; !over;) {
      const state = await here.jobs.describe(job)
      over = state === undefined || isTerminal(state.status)
      for (const { uri, mirror } of writtenBy(request)) await copy(here, there, uri, mirror, copied)
      if (!over) await new Promise((resolve) => setTimeout(resolve, 150))
    }
    await logs
  }
  return {
    start,
    describe: async (job) => {
      const state = await here.jobs.describe(job)
      // The end is told once everything it left has arrived.
      return state !== undefined && isTerminal(state.status) && running.get(job.name)?.settled === false ? notYet(state) : state
    },
    stop: (job) => here.jobs.stop(job),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running.values()].map(({ done }) => done))
      await here[Symbol.asyncDispose]()
      await there[Symbol.asyncDispose]()
    },
  }
}

function notYet({ endedAtMs: _, failureReason: __, ...state }: JobState): JobState {
  const phases = state.phases
    .slice(0, -1)
    .map((phase, index, all) => (index + 1 < all.length ? phase : { name: phase.name, startedAtMs: phase.startedAtMs }))
  const status = state.status === 'stopped' ? 'stopping' : 'in-progress'
  return { ...state, status, phase: phases.at(-1)?.name ?? 'Starting', phases, finalMetrics: [] }
}

/** Brings the lines there in order, as many at a time as came meanwhile. */
async function copyLogs(here: Platform, standIn: StandIn, job: JobRef): Promise<void> {
  const bornAtMs = Date.now()
  const waiting = new Map<string, LoggedLine[]>()
  let sending: Promise<void> | undefined
  const send = async (): Promise<void> => {
    for (const [machine, lines] of waiting) {
      waiting.delete(machine)
      await standIn.log(job.kind, `${job.name}/${machine}-${bornAtMs}`, lines)
    }
    sending = waiting.size > 0 ? send() : undefined
  }
  for await (const { machine, text, atMs } of here.logs.follow(job)) {
    waiting.set(machine, [...(waiting.get(machine) ?? []), { text, atMs }])
    sending ??= new Promise<void>((resolve) => setTimeout(resolve, 50)).then(send)
  }
  while (sending !== undefined) await sending
}

/** Copies what starts with a URI; `mirror` also removes what is no longer there. */
async function copy(from: Platform, to: Platform, uri: ObjectUri, mirror: boolean, copied: Map<string, string>): Promise<void> {
  const kept = new Set<string>()
  for await (const object of from.objects.list(uri)) {
    kept.add(object.uri)
    const version = `${from.name} ${object.etag}`
    if (copied.get(object.uri) === version) continue
    await to.objects.write(object.uri, { kind: 'stream', chunks: from.objects.read(object.uri) })
    copied.set(object.uri, version)
  }
  if (!mirror) return
  for await (const object of to.objects.list(uri)) {
    if (kept.has(object.uri)) continue
    await to.objects.remove([object.uri])
    copied.delete(object.uri)
  }
}

const refOf = (request: JobRequest): JobRef => ({
  kind: request.kind,
  name: jobName((request.kind === 'training' ? request.input.TrainingJobName : request.input.ProcessingJobName) ?? ''),
})

const machinesOf = (request: JobRequest): number =>
  (request.kind === 'training'
    ? request.input.ResourceConfig?.InstanceCount
    : request.input.ProcessingResources?.ClusterConfig?.InstanceCount) ?? 1

function readBy(request: JobRequest): readonly ObjectUri[] {
  const uris =
    request.kind === 'training'
      ? [
          ...(request.input.InputDataConfig ?? []).map(({ DataSource }) => DataSource?.S3DataSource?.S3Uri),
          request.input.CheckpointConfig?.S3Uri,
        ]
      : (request.input.ProcessingInputs ?? []).map(({ S3Input }) => S3Input?.S3Uri)
  const named = uris.filter((uri) => uri !== undefined).map(objectUri)
  // A manifest names what lies beside it.
  return named.flatMap((uri) => (uri.endsWith('.manifest') ? [uri, objectUri(uri.slice(0, uri.lastIndexOf('/') + 1))] : [uri]))
}

function writtenBy(request: JobRequest): readonly { readonly uri: ObjectUri; readonly mirror: boolean }[] {
  if (request.kind === 'processing') {
    return (request.input.ProcessingOutputConfig?.Outputs ?? []).flatMap(({ S3Output }) =>
      S3Output?.S3Uri === undefined
        ? []
        : [{ uri: folderUri(objectUri(S3Output.S3Uri)), mirror: S3Output.S3UploadMode === 'Continuous' }],
    )
  }
  const { OutputDataConfig: output, CheckpointConfig: state, TrainingJobName: name } = request.input
  return [
    { uri: objectUri(`${output?.S3OutputPath?.replace(/\/$/, '')}/${name}/output/`), mirror: false },
    ...(state?.S3Uri === undefined ? [] : [{ uri: folderUri(objectUri(state.S3Uri)), mirror: true }]),
  ]
}
