import type { JobState } from '@simple-sagemaker/core'
import { isTerminal } from '@simple-sagemaker/core/jobs'
import type { Colours } from '../terminal/colours.ts'
import { bytesText, countText, fit, plainText, sparkline, spanText, table, widthOf } from '../terminal/text.ts'
import { amountText } from './cost/cost-text.ts'
import type { ListedJob, ListedTrials } from './documents/job-document.ts'

/** Jobs in a table; where that is wider than the terminal, each job in two lines. */
export function jobsText(
  entries: readonly (ListedJob | ListedTrials)[],
  { nowMs, colours, columns }: { readonly nowMs: number; readonly colours: Colours; readonly columns: number },
): string {
  if (entries.length === 0) return 'no jobs\n'
  const jobs = entries.filter((entry) => 'job' in entry)
  const hasUsage = jobs.some((listed) => 'usage' in listed)
  const hasSeries = jobs.some(({ series }) => series !== undefined)
  const rows = entries.map((entry) => ('job' in entry ? rowOf(entry, nowMs, colours, hasUsage) : trialsRow(entry, nowMs)))
  const hasCosts = jobs.some(({ cost }) => cost !== undefined)
  const wide = table(
    [
      'PROJECT',
      'TASK',
      'STATUS',
      'TIME',
      'STARTED',
      ...(hasCosts ? ['USD', 'SAVED'] : []),
      ...(hasUsage ? usageTitles : []),
      ...(hasSeries ? ['METRICS'] : []),
      'JOB',
    ],
    rows.map(({ project, task, status, time, started, name, cost, used, measured }) => [
      project,
      task,
      status,
      time,
      started,
      ...cost,
      ...used,
      ...(hasSeries ? [measured] : []),
      name,
    ]),
  )
  const hints = jobs.map(usageHint).join('')
  if (widest(wide) <= columns) return `${wide}${hints}`
  const lines = rows.flatMap((row) => inTwoLines(row, hasUsage)).map((line) => `${fit(line, columns)}\n`)
  return `${lines.join('')}${hints}`
}

const usageHint = ({ job, usage }: ListedJob): string => (usage?.hint === undefined ? '' : `hint: ${job.name}: ${usage.hint}\n`)

interface Row {
  readonly project: string
  readonly task: string
  readonly status: string
  readonly time: string
  readonly started: string
  readonly name: string
  readonly cost: readonly string[]
  readonly used: readonly string[]
  readonly measured: string
}

function rowOf({ project, task, job, cost, usage, series }: ListedJob, nowMs: number, colours: Colours, hasUsage: boolean): Row {
  return {
    project,
    task,
    status: statusText(job, colours),
    time: spanText((job.endedAtMs ?? nowMs) - job.createdAtMs),
    started: `${spanText(nowMs - job.createdAtMs)} ago`,
    name: job.name,
    cost: costCells(cost),
    used: hasUsage ? usageCells(usage) : [],
    measured: seriesText(series ?? {}),
  }
}

/** The trials of a task's searches in one row: how many, how their newest jobs stand, and the job of the best one. */
function trialsRow({ project, task, best, trials }: ListedTrials, nowMs: number): Row {
  const newest = new Map(trials.toReversed().map((listed) => [listed.task, listed.job]))
  const counts = new Map<string, number>()
  for (const { status } of newest.values()) {
    const name = isTerminal(status) ? status : 'running'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const began = Math.min(...trials.map(({ job }) => job.createdAtMs))
  const ended = Math.max(...trials.map(({ job }) => job.endedAtMs ?? nowMs))
  const each = [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => `${count} ${name}`)
  return {
    project,
    task,
    status: `${countText(newest.size, 'trial')}: ${each.join(', ')}`,
    time: spanText(ended - began),
    started: `${spanText(nowMs - began)} ago`,
    name: best === undefined ? '' : `best: ${best}`,
    cost: [],
    used: [],
    measured: '',
  }
}

/** A job where a row is wider than the terminal. */
function inTwoLines(
  { project, task, status, time, started, name, cost: [usd], used, measured }: Row,
  hasUsage: boolean,
): readonly string[] {
  return [
    `${status}  ${project} ${task}  ${time}  ${started}${usd === undefined ? '' : `  ${usd} USD`}`,
    ...(hasUsage ? [`  ${usageTitles.map((title, at) => `${title} ${used[at] ?? ''}`).join('  ')}`] : []),
    ...(measured === '' ? [] : [`  ${measured}`]),
    ...(name === '' ? [] : [`  ${name}`]),
  ]
}

/** Each metric with its last value and its course, as the first machine that printed one printed it. */
const seriesText = (series: NonNullable<ListedJob['series']>): string =>
  Object.entries(series)
    .flatMap(([name, points]) => {
      const values = points.filter(({ machine }) => machine === points[0]?.machine).map(({ value }) => value)
      return values.length === 0 ? [] : [`${plainText(name)} ${values.at(-1)} ${sparkline(values, 12)}`]
    })
    .join(', ')

const usageTitles = ['CPU %', 'MEMORY', 'GPU %'] as const

function usageCells(usage: ListedJob['usage']): readonly string[] {
  const { cpuPercent, mostMemoryBytes, mostMemoryPercent, gpuPercent } = usage ?? {}
  const memory = mostMemoryBytes === undefined ? percent(mostMemoryPercent, ' %') : bytesText(mostMemoryBytes)
  return [percent(cpuPercent), memory, percent(gpuPercent)]
}

const percent = (value: number | undefined, unit = ''): string => (value === undefined ? '-' : `${Math.round(value)}${unit}`)

const costCells = (cost: ListedJob['cost']): readonly string[] =>
  cost === undefined ? [] : cost.kind === 'unknown' ? ['unknown', ''] : [amountText(cost.usd), amountText(cost.savedUsd)]

const widest = (text: string): number => Math.max(...text.split('\n').map(widthOf))

/** `completed`, `in-progress (Training)`, in the colour of how it went. */
export function statusText(job: JobState, colours: Colours): string {
  const isOver = job.endedAtMs !== undefined
  const text = isOver || job.phase.toLowerCase() === job.status ? job.status : `${job.status} (${job.phase})`
  const colour = { completed: colours.green, failed: colours.red, stopped: colours.yellow } as const
  return (colour[job.status as keyof typeof colour] ?? colours.cyan)(text)
}
