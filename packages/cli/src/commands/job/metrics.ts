import type { SeriesPoint } from '@simple-sagemaker/core'
import { jobSeries, taskOfJob } from '@simple-sagemaker/core/jobs'
import { taskOptions } from '@simple-sagemaker/core/options'
import { exits } from '../../grammar/exit-codes.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Call } from '../../settings/call.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { plainText, sparkline, table } from '../../terminal/text.ts'
import { withPlatform } from '../with-platform.ts'

/** `ssm metrics`: the values of metrics over the time of a job. */
export const metrics = (call: Call): Promise<number> =>
  withPlatform(call, async ({ platform, signal }) => {
    const { parsed, context, json } = call
    const { metrics: given } = valuesOf(parsed, { metrics: taskOptions.metrics })
    const job = await jobMeant(call, platform, signal)
    const series = await jobSeries(job, platform, { signal, ...(given === undefined ? {} : { metrics: given }) })
    const document = { v: 1, task: taskOfJob(job.name), job: job.name, metrics: series }
    context.stdout.write(json ? `${JSON.stringify(document)}\n` : textOf(series))
    return exits.done
  })

/** `algo-2` stands before `algo-10`, whichever printed first. */
const machinesOf = (points: readonly SeriesPoint[]): readonly string[] =>
  [...new Set(points.map(({ machine }) => machine))].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))

function textOf(series: Readonly<Record<string, readonly SeriesPoint[]>>): string {
  const rows = Object.entries(series).flatMap(([name, points]) =>
    machinesOf(points).map((machine) => {
      const values = points.filter((point) => point.machine === machine).map(({ value }) => value)
      return [plainText(name), machine, String(values.length), String(values.at(-1) ?? ''), sparkline(values, 40)]
    }),
  )
  return rows.length === 0 ? 'no values\n' : table(['METRIC', 'MACHINE', 'VALUES', 'LAST', 'COURSE'], rows)
}
