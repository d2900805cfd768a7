import { jobName } from '../../packages/core/src/names/job-name.ts'
import type { JobState, JobStatus } from '../../packages/core/src/platform/jobs.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import type { CreateHyperParameterTuningJobRequest } from '../../packages/core/src/platform/sagemaker-requests.ts'
import type { TunedJob } from '../../packages/core/src/platform/tuner.ts'
import { searchAccount } from './search-account.ts'

const role = 'arn:aws:iam::111122223333:role/mine'

interface Tuning {
  readonly request: CreateHyperParameterTuningJobRequest
  readonly jobs: TunedJob[]
  status: JobStatus
}

/** An account with a tuner: at each look one more training job of a tuning job has ended. Those of these numbers fail. */
export function tunerAccount({ fails = [] }: { readonly fails?: readonly number[] } = {}) {
  const { objects, client } = searchAccount(() => [])
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
  const makeJob = (tuning: Tuning): void => {
    const number = tuning.jobs.length + 1
    const base = tuning.request.HyperParameterTuningJobName ?? ''
    const name = jobName(`${base}-${String(number).padStart(3, '0')}-0a1b2c3d`)
    const hasFailed = fails.includes(number)
    const createdAtMs = Date.UTC(2026, 0, 1) + number * 1_000
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
  const platform: Platform = {
    ...client().platform,
    objects,
    roles: { ensure: async () => role, expected: async () => role },
    jobs: { ...client().platform.jobs, describe: async ({ name }) => states.get(name) },
    logs: { follow: async function* () {} },
    tuner: {
      async start(request) {
        const name = request.HyperParameterTuningJobName ?? ''
        if (tunings.has(name)) return false
        tunings.set(name, { request, jobs: [], status: 'in-progress' })
        return true
      },
      describe: async (name) => tunings.get(name),
      jobs: async (name) => [...(tunings.get(name)?.jobs ?? [])],
      async *watch(name, { signal } = {}) {
        const tuning = tunings.get(name)
        while (tuning !== undefined) {
          signal?.throwIfAborted()
          const most = tuning.request.HyperParameterTuningJobConfig?.ResourceLimits?.MaxNumberOfTrainingJobs ?? 2
          if (tuning.status === 'in-progress') makeJob(tuning)
          if (tuning.status === 'in-progress' && tuning.jobs.length >= most) tuning.status = 'completed'
          yield { status: tuning.status, jobs: [...tuning.jobs] }
          if (tuning.status !== 'in-progress') return
        }
      },
      async stop(name) {
        const tuning = tunings.get(name)
        if (tuning?.status !== 'in-progress') return
        tuning.status = 'stopped'
        stopped.push(name)
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
