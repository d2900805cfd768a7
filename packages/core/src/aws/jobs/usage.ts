import type { Metric, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import type { JobState, UsageSample } from '../../platform/jobs.ts'
import { abortable, type Clients } from '../clients.ts'
import { freshTokens } from '../page-tokens.ts'
import { withErrorTranslation } from '../translate.ts'

type Measured = Exclude<keyof UsageSample, 'machine' | 'atMs'>

/** What SageMaker publishes of each machine, once a minute. Percentages are of one processor or one GPU each. */
const published: Readonly<Record<string, Measured>> = {
  CPUUtilization: 'cpuPercent',
  MemoryUtilization: 'memoryPercent',
  GPUUtilization: 'gpuPercent',
  GPUMemoryUtilization: 'gpuMemoryPercent',
  DiskUtilization: 'diskPercent',
}

const namespaces = { training: '/aws/sagemaker/TrainingJobs', processing: '/aws/sagemaker/ProcessingJobs' } as const

/** The service takes this many metrics in one call, and keeps minutes for 15 days. */
const mostQueries = 500
const mostMinutes = 1_000

/** What a job's machines used, from CloudWatch. */
export async function usageOf(clients: Clients, job: JobState, signal?: AbortSignal): Promise<readonly UsageSample[]> {
  const { client, sdk } = await clients.open('cloudwatch')
  const operation = { action: 'cloudwatch:GetMetricData' }
  const samples = new Map<string, { machine: string; atMs: number } & Partial<Record<Measured, number>>>()
  const queries = queriesFor(job)
  for (let from = 0; from < queries.length; from += mostQueries) {
    const fresh = freshTokens(operation)
    let token: string | undefined
    do {
      const page = await withErrorTranslation(operation, signal, () =>
        client.send(
          new sdk.GetMetricDataCommand({
            MetricDataQueries: queries.slice(from, from + mostQueries),
            StartTime: new Date(job.createdAtMs),
            EndTime: new Date((job.endedAtMs ?? Date.now()) + 60_000),
            ScanBy: 'TimestampAscending',
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          abortable(signal),
        ),
      )
      for (const { Label = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        const [machine = '', metric = ''] = Label.split(' ')
        const field = published[metric]
        if (field === undefined) continue
        for (const [at, time] of Timestamps.entries()) {
          const key = `${machine} ${time.getTime()}`
          const sample = samples.get(key) ?? { machine, atMs: time.getTime() }
          sample[field] = Values[at] ?? 0
          samples.set(key, sample)
        }
      }
      token = fresh(page.NextToken)
    } while (token !== undefined)
  }
  return [...samples.values()].sort((one, other) => one.atMs - other.atMs)
}

function queriesFor(job: JobState): MetricDataQuery[] {
  const minutes = ((job.endedAtMs ?? Date.now()) - job.createdAtMs) / 60_000
  const Period = 60 * Math.max(1, Math.ceil(minutes / mostMinutes))
  const machines = Array.from({ length: job.machines }, (_, at) => `algo-${at + 1}`)
  return machines.flatMap((machine, at) =>
    Object.keys(published).map((MetricName, index) => {
      const Metric: Metric = {
        Namespace: namespaces[job.kind],
        MetricName,
        Dimensions: [{ Name: 'Host', Value: `${job.name}/${machine}` }],
      }
      return { Id: `m${at}_${index}`, Label: `${machine} ${MetricName}`, MetricStat: { Metric, Period, Stat: 'Average' } }
    }),
  )
}
