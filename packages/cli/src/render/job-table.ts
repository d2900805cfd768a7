import type { JobState } from '@simple-sagemaker/core'
import type { Colours } from '../terminal/colours.ts'
import { fit, spanText, table, widthOf } from '../terminal/text.ts'
import type { ListedJob } from './documents/job-document.ts'

/** Jobs in a table; where that is wider than the terminal, each job in two lines. */
export function jobsText(
  jobs: readonly ListedJob[],
  { nowMs, colours, columns }: { readonly nowMs: number; readonly colours: Colours; readonly columns: number },
): string {
  if (jobs.length === 0) return 'no jobs\n'
  const rows = jobs.map(({ project, task, job }) => ({
    project,
    task,
    status: statusText(job, colours),
    time: spanText((job.endedAtMs ?? nowMs) - job.createdAtMs),
    started: `${spanText(nowMs - job.createdAtMs)} ago`,
    name: job.name,
  }))
  const wide = table(
    ['PROJECT', 'TASK', 'STATUS', 'TIME', 'STARTED', 'JOB'],
    rows.map(({ project, task, status, time, started, name }) => [project, task, status, time, started, name]),
  )
  if (widest(wide) <= columns) return wide
  return rows
    .flatMap(({ project, task, status, time, started, name }) => [
      `${status}  ${project} ${task}  ${time}  ${started}`,
      `  ${name}`,
    ])
    .map((line) => `${fit(line, columns)}\n`)
    .join('')
}

const widest = (text: string): number => Math.max(...text.split('\n').map(widthOf))

/** `completed`, `in-progress (Training)`, in the colour of how it went. */
export function statusText(job: JobState, colours: Colours): string {
  const isOver = job.endedAtMs !== undefined
  const text = isOver || job.phase.toLowerCase() === job.status ? job.status : `${job.status} (${job.phase})`
  const colour = { completed: colours.green, failed: colours.red, stopped: colours.yellow } as const
  return (colour[job.status as keyof typeof colour] ?? colours.cyan)(text)
}
