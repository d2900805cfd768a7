import { once } from 'node:events'
import { jobName } from '../../packages/core/src/names/job-name.ts'
import { isTerminal, type JobState, type JobStatus } from '../../packages/core/src/platform/jobs.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import type { CreateHyperParameterTuningJobRequest } from '../../packages/core/src/platform/sagemaker-requests.ts'
import type { TunedJob } from '../../packages/core/src/platform/tuner.ts'
import { searchAccount, type Course } from './search-account.ts'

const role = 'arn:aws:iam::111122223333:role/mine'

interface Tuning {
  readonly request: CreateHyperParameterTuningJobRequest
  readonly jobs: TunedJob[]
  status: JobStatus
}

interface TunerAccountOptions {
  /** Numbers of the training jobs that fail. */
  readonly fails?: readonly number[]
  /** After so many training jobs the first tuning job makes no more until it is stopped. */
  readonly holdsAfter?: number
  /** What the program of a training job prints; a job then runs until its log was read to the end. Default: each has ended when it is seen. */
  readonly course?: Course
}

/** An account with a tuner: at each look one more training job of a tuning job has ended. */
export function tunerAccount({ fails = [], holdsAfter, course }: TunerAccountOptions = {}) {
  const changes = new EventTarget()
  const account = searchAccount(course ?? (() => []))
  const { objects } = account
  const plain = account.client().platform
  const { jobs } = plain
  const tunings = new Map<string, Tuning>()
  const stopped: string[] = []
  const states = new Map<string, JobState>()

  const valuesOf = ({ HyperParameterTuningJobConfig }: CreateHyperParameterTuningJobRequest, number: number) => {
    const { ParameterRanges: ranges } = HyperParameterTuningJobConfig ?? {}
    const choices = (ranges?.CategoricalParameterRanges ?? []).map(({ Name, Values }) => {
      const values = Values ?? []
      return [Name ?? '', values[(number - 1) % values.length] ?? ''] as const
    })
    const numbers = [...(ranges?.IntegerParameterRanges ?? []), ...(ranges?.ContinuousParameterRanges ?? [])]
    return Object.fromEntries([
      ...choices,
      ...numbers.map(({ Name, MinValue }) => [Name ?? '', Name === 'lr' ? '0.01' : (MinValue ?? '')] as const),
    ])
  }
  const isRunning = (name: string): boolean => tunings.get(name)?.status === 'in-progress'
  const makeJob = (tuning: Tuning): void => {
    const number = tuning.jobs.length + 1
    const base = tuning.request.HyperParameterTuningJobName ?? ''
    const name = jobName(`${base}-${String(number).padStart(3, '0')}-0a1b2c3d`)
    const hasFailed = fails.includes(number)
    const createdAtMs = Date.UTC(2026, 0, 1) + number * 1_000
    if (course !== undefined) {
      const values = valuesOf(tuning.request, number)
      const HyperParameters = { ...tuning.request.TrainingJobDefinition?.StaticHyperParameters, ...values }
      void jobs.start({ kind: 'training', input: { TrainingJobName: name, HyperParameters } as never }) // all that is looked at
      tuning.jobs.push({ name, status: 'in-progress', values, createdAtMs })
      return
    }
    const status = hasFailed ? 'failed' : 'completed'
    const ends = { endedAtMs: createdAtMs + 60_000, ...(hasFailed ? { failureReason: 'exit code 1' } : {}) }
    tuning.jobs.push({
      name,
      status,
      values: valuesOf(tuning.request, number),
      createdAtMs,
      ...ends,
      ...(hasFailed ? {} : { value: number }),
    })
    const metrics = [{ name: 'loss', value: number, atMs: createdAtMs }]
    states.set(name, {
      kind: 'training',
      name,
      status,
      phase: 'Completed',
      phases: [],
      machines: 1,
      interruptions: 0,
      createdAtMs,
      ...ends,
      finalMetrics: metrics,
    })
  }
  /** The training jobs of a tuning job as they are now. */
  const seen = (tuning: Tuning | undefined): readonly TunedJob[] =>
    (tuning?.jobs ?? []).map((job) => {
      const { status, endedAtMs } = account.states.get(job.name) ?? job
      const value = course?.(job.values).findLast((each) => each !== 'fails')
      const ends = endedAtMs === undefined ? {} : { endedAtMs }
      return { ...job, status, ...ends, ...(status === 'completed' && value !== undefined ? { value } : {}) }
    })
  /** Waits until a training job has ended, which it does when its log was read. */
  const untilEnded = async ({ name }: TunedJob, signal: AbortSignal | undefined): Promise<void> => {
    for await (const { status } of jobs.watch({ kind: 'training', name }, signal === undefined ? {} : { signal }))
      if (isTerminal(status)) return
  }
  const platform: Platform = {
    ...plain,
    objects,
    roles: { ensure: async () => role, expected: async () => role },
    jobs: { ...jobs, describe: async ({ name }) => states.get(name) ?? account.states.get(name) },
    ...(course === undefined ? { logs: { follow: async function* () {} } } : {}),
    tuner: {
      async start(request) {
        const name = request.HyperParameterTuningJobName ?? ''
        if (tunings.has(name)) return false
        tunings.set(name, { request, jobs: [], status: 'in-progress' })
        return true
      },
      describe: async (name) => tunings.get(name),
      jobs: async (name) => seen(tunings.get(name)),
      async *watch(name, { signal } = {}) {
        const tuning = tunings.get(name)
        while (tuning !== undefined) {
          signal?.throwIfAborted()
          const most = tuning.request.HyperParameterTuningJobConfig?.ResourceLimits?.MaxNumberOfTrainingJobs ?? 2
          if (tuning.status === 'in-progress') makeJob(tuning)
          const last = tuning.jobs.at(-1)
          if (course !== undefined && last !== undefined) {
            yield { status: 'in-progress', jobs: seen(tuning) }
            await untilEnded(last, signal)
          }
          if (tuning.status === 'in-progress' && tuning.jobs.length >= most) tuning.status = 'completed'
          const { status } = tuning
          yield { status, jobs: seen(tuning) }
          if (status !== 'in-progress') return
          const holds = tunings.size === 1 && tuning.jobs.length === holdsAfter && isRunning(name)
          if (holds) await once(changes, 'stopped', signal === undefined ? {} : { signal })
        }
      },
      async stop(name) {
        const tuning = tunings.get(name)
        if (tuning?.status !== 'in-progress') return
        tuning.status = 'stopped'
        stopped.push(name)
        changes.dispatchEvent(new Event('stopped'))
      },
    },
  }
  return {
    platform,
    objects,
    stopped,
    get requests() {
      return [...tunings.values()].map(({ request }) => request)
    },
  }
}
