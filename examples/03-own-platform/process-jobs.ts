import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { isTerminal, jobName, objectUri, PlatformError } from '@simple-sagemaker/core/platform'
import type { JobRef, JobRequest, Jobs, JobState, LogLine, Logs, Objects } from '@simple-sagemaker/core/platform'

/** What a machine needs to know of a request of either kind. */
function programOf(request: JobRequest) {
  const { Environment: env = {}, StoppingCondition: limits } = request.input
  const [name, spec, machines] =
    request.kind === 'training'
      ? [request.input.TrainingJobName, request.input.AlgorithmSpecification, request.input.ResourceConfig?.InstanceCount]
      : [
          request.input.ProcessingJobName,
          request.input.AppSpecification,
          request.input.ProcessingResources?.ClusterConfig?.InstanceCount,
        ]
  const argv = [...(spec?.ContainerEntrypoint ?? []), ...(spec?.ContainerArguments ?? [])]
  return { name: jobName(name ?? ''), argv, env, machines, maxRunMs: (limits?.MaxRuntimeInSeconds ?? 86_400) * 1_000 }
}

interface Run {
  state: JobState
  readonly lines: LogLine[]
  /** Why the job was told to end before its program did. */
  ending?: 'Stopped' | 'MaxRuntimeExceeded'
  readonly program: ChildProcessByStdio<null, Readable, null>
}

/** Sends a signal to the program and to all that it started. */
function signalTo({ program: { pid } }: Run, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // All of them have ended.
  }
}

/** Copies the objects of the job's channels to where SageMaker puts them. */
async function writeChannels(request: JobRequest, root: string, objects: Objects): Promise<void> {
  const channels =
    request.kind === 'training'
      ? (request.input.InputDataConfig ?? []).map(({ ChannelName, DataSource }) => [
          `opt/ml/input/data/${ChannelName}`,
          DataSource?.S3DataSource?.S3Uri,
        ])
      : (request.input.ProcessingInputs ?? []).map(({ S3Input }) => [S3Input?.LocalPath, S3Input?.S3Uri])
  for (const [folder = '', uri = ''] of channels) {
    for await (const object of objects.list(objectUri(uri))) {
      const path = join(root, folder, object.uri.slice(uri.length))
      await mkdir(dirname(path), { recursive: true })
      for await (const bytes of objects.read(object.uri)) await appendFile(path, bytes)
    }
  }
}

/** Jobs of one machine that lives and ends with this process: a program of this computer, whose files are not kept. */
export function processJobs(objects: Objects): { readonly jobs: Jobs; readonly logs: Logs; readonly close: () => void } {
  const runs = new Map<string, Run>()
  const news = new EventEmitter().setMaxListeners(0)
  const change = (run: Run, changes: Partial<JobState>): void => {
    run.state = { ...run.state, ...changes }
    news.emit('change')
  }
  const nextChange = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted()
    await once(news, 'change', signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted())
  }
  const runOf = ({ kind, name }: JobRef): Run | undefined => {
    const run = runs.get(name)
    return run?.state.kind === kind ? run : undefined
  }
  const knownRun = (job: JobRef): Run => {
    const run = runOf(job)
    if (run === undefined) throw new PlatformError('JOB_LOST', `There is no job ${job.name}`)
    return run
  }
  const end = (run: Run, ending: 'Stopped' | 'MaxRuntimeExceeded'): void => {
    if (isTerminal(run.state.status) || run.ending !== undefined) return
    run.ending = ending
    change(run, { status: 'stopping' })
    signalTo(run, 'SIGTERM')
    setTimeout(() => signalTo(run, 'SIGKILL'), 120_000).unref()
  }
  const follow = async (run: Run, root: string): Promise<void> => {
    // A machine ends with its program: what the program left running must not hold its output open.
    run.program.once('exit', () => signalTo(run, 'SIGKILL'))
    const closed = once(run.program, 'close') as Promise<[code: number | null]>
    for await (const text of createInterface({ input: run.program.stdout, crlfDelay: Infinity })) {
      for (const part of text.match(/[^]{1,262144}/g) ?? ['']) run.lines.push({ machine: 'algo-1', text: part, atMs: Date.now() })
      news.emit('change')
    }
    const [code] = await closed
    const reason = await readFile(join(root, 'opt/ml/output/failure'), 'utf8').catch(() => `The program ended with ${code}`)
    await rm(root, { recursive: true })
    const phase = run.ending ?? (code === 0 ? 'Completed' : 'Failed')
    const [endedAtMs, [began]] = [Date.now(), run.state.phases]
    change(run, {
      status: phase === 'Completed' ? 'completed' : phase === 'Failed' ? 'failed' : 'stopped',
      phase,
      phases: [...(began === undefined ? [] : [{ ...began, endedAtMs }]), { name: phase, startedAtMs: endedAtMs }],
      endedAtMs,
      ...(phase === 'Failed' ? { failureReason: reason.slice(0, 1_024) } : {}),
    })
  }
  const jobs: Jobs = {
    async start(request, { signal } = {}) {
      const { name, argv, env, machines, maxRunMs } = programOf(request)
      if (machines !== 1) throw new PlatformError('PLATFORM_REFUSED', 'This platform has one machine')
      if (runs.has(name)) throw new PlatformError('PLATFORM_REFUSED', `There already is a job ${name}`)
      signal?.throwIfAborted()
      const root = await mkdtemp(join(tmpdir(), 'machine-'))
      await writeChannels(request, root, objects)
      // One pipe for both streams, so that their lines stay in order.
      const program = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...argv], {
        env: { PATH: process.env['PATH'], ...env, SSM_MACHINE_ROOT: root },
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const phase = request.kind === 'training' ? 'Training' : 'Processing'
      const nowMs = Date.now()
      const run: Run = {
        state: {
          kind: request.kind,
          name,
          status: 'in-progress',
          phase,
          phases: [{ name: phase, startedAtMs: nowMs }],
          machines: 1,
          createdAtMs: nowMs,
          startedAtMs: nowMs,
          interruptions: 0,
          finalMetrics: [],
        },
        lines: [],
        program,
      }
      runs.set(name, run)
      setTimeout(() => end(run, 'MaxRuntimeExceeded'), maxRunMs).unref()
      void follow(run, root)
    },
    describe: async (job) => runOf(job)?.state,
    async *watch(job, { signal } = {}) {
      const run = knownRun(job)
      for (let seen: JobState | undefined; ;) {
        if (run.state !== seen) yield (seen = run.state)
        else if (isTerminal(seen.status)) return
        else await nextChange(signal)
      }
    },
    stop: async (job) => end(knownRun(job), 'Stopped'),
  }
  const logs: Logs = {
    async *follow(job, { signal, sinceMs = 0, untilNow = false, last, machine = 'algo-1', where = () => true } = {}) {
      const run = knownRun(job)
      const isWanted = (line: LogLine): boolean => line.machine === machine && line.atMs >= sinceMs && where(line)
      if (last !== undefined) yield* last === 0 ? [] : run.lines.filter(isWanted).slice(-last)
      for (let next = last === undefined ? 0 : run.lines.length; ;) {
        const line = run.lines[next++]
        if (line !== undefined && isWanted(line)) yield line
        if (line !== undefined) continue
        if (untilNow || isTerminal(run.state.status)) return
        next -= 1
        await nextChange(signal)
      }
    },
  }
  return { jobs, logs, close: () => runs.forEach((run) => signalTo(run, 'SIGKILL')) }
}
