import { totalOf, type BudgetState, type CostTotal } from '@simple-sagemaker/core/jobs'
import type { Cost } from '@simple-sagemaker/core'
import { countText, table } from '../../terminal/text.ts'
import { amountText, unknownJobsText, usdText } from './cost-text.ts'
import type { ListedJob } from '../documents/job-document.ts'

/** A job whose cost was looked up. */
export type ListedCost = ListedJob & { readonly cost: Cost; readonly tags: Readonly<Record<string, string>> }

/** The sums of the jobs that are listed. */
export interface CostTotals {
  readonly total: CostTotal
  readonly projects: Readonly<Record<string, CostTotal>>
  /** By `project/task`. */
  readonly tasks: Readonly<Record<string, CostTotal>>
  /** By `key=value`. */
  readonly tags: Readonly<Record<string, CostTotal>>
  /** What is billed too and in no sum. */
  readonly notCounted: readonly string[]
}

export const isCosted = (job: ListedJob): job is ListedCost => job.cost !== undefined && job.tags !== undefined

/** Jobs with their costs added up by project, task and tag. A job with several tags counts in each of them. */
export function costTotals(listed: readonly ListedJob[]): CostTotals {
  const jobs = listed.filter(isCosted)
  return {
    total: totalOf(jobs.map(({ cost }) => cost)),
    projects: totalsBy(jobs, ({ project }) => [project]),
    tasks: totalsBy(jobs, ({ project, task }) => [`${project}/${task}`]),
    tags: totalsBy(jobs, ({ tags }) => Object.entries(tags).map(([key, value]) => `${key}=${value}`)),
    notCounted: [...new Set(jobs.flatMap(({ cost }) => (cost.kind === 'known' ? cost.notCounted : [])))],
  }
}

function totalsBy(
  jobs: readonly ListedCost[],
  keysOf: (job: ListedCost) => readonly string[],
): Readonly<Record<string, CostTotal>> {
  const groups = new Map<string, Cost[]>()
  for (const job of jobs)
    for (const key of keysOf(job)) {
      const costs = groups.get(key) ?? []
      costs.push(job.cost)
      groups.set(key, costs)
    }
  return Object.fromEntries([...groups].map(([key, costs]) => [key, totalOf(costs)]))
}

/** The sums for people, with what is in none of them. */
export function totalsText({ total, projects, tasks, tags, notCounted }: CostTotals): string {
  const rows = [
    ...rowsOf('project', projects),
    ...rowsOf('task', tasks),
    ...rowsOf('tag', tags),
    rowOf('all that is listed', total),
  ]
  const unknown = unknownJobsText(total.unknownJobs)
  const notes = [
    ...(notCounted.length === 0 ? [] : [`not counted: ${notCounted.join(', ')}`]),
    ...(unknown === '' ? [] : [`in no sum: ${unknown}`]),
  ]
  return `\n${table(['COST OF THE JOBS ABOVE', 'JOBS', 'USD', 'SAVED BY SPOT', 'WARM'], rows)}${notes.map((note) => `${note}\n`).join('')}`
}

/** What is spent and reserved of each project's budget. */
export const budgetsText = (budgets: Readonly<Record<string, BudgetState>>): string =>
  Object.entries(budgets)
    .map(([project, { spentUsd, reservedUsd, openJobs }]) => {
      const open = openJobs === 0 ? 'nothing reserved' : `${usdText(reservedUsd)} reserved for ${countText(openJobs, 'job')}`
      return `budget of ${project}: ${usdText(spentUsd)} spent, ${open}\n`
    })
    .join('')

const rowsOf = (what: string, totals: Readonly<Record<string, CostTotal>>): readonly (readonly string[])[] =>
  Object.entries(totals).map(([key, total]) => rowOf(`${what} ${key}`, total))

const rowOf = (name: string, { jobs, unknownJobs, usd, savedUsd, warmUsd }: CostTotal): readonly string[] => [
  name,
  String(jobs),
  unknownJobs === jobs ? 'unknown' : amountText(usd),
  amountText(savedUsd),
  amountText(warmUsd),
]
