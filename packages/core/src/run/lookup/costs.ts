import type { PriceChoice } from '../../cost/choice.ts'
import { moneyProblems } from '../../cost/settings.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { keyPrefix, layoutOf } from '../../names/layout.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Cost } from '../../spec/money/cost.ts'
import { pastJobs } from '../decide/history.ts'
import type { Money } from '../money/money.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from './given.ts'
import type { StoragePlace } from './projects.ts'

/** A stored job with what it cost. */
export interface CostedJob {
  /** The job as it is now. */
  readonly job: JobState
  /** The tags that its task gave it; none of a job that an older version or another tool started. */
  readonly tags: Readonly<Record<string, string>>
  /** What it cost, or costs so far. */
  readonly cost: Cost
}

/** Tells what stored jobs cost. */
export interface JobCosts {
  /** A task's jobs, newest first. */
  jobs(project: string, task: string, options?: Abortable): AsyncIterable<CostedJob>
}

/** What the jobs that are stored here cost, by these prices; each price is looked up once. Changes nothing. */
export function openJobCosts(given: StoragePlace, prices: PriceChoice): JobCosts {
  // Without prices nothing would be known, and nobody would be told why.
  assertGiven('openJobCosts', [...placeProblemsOf(given), ...moneyProblems({ prices: prices ?? 'missing' })])
  const { platform, bucket, prefix = '' } = given
  // Most that look at jobs do not ask what they cost.
  let opened: Promise<Money> | undefined
  return {
    async *jobs(project, task, asked = {}) {
      assertGiven('jobs', optionProblemsOf(asked))
      const { signal } = asked
      const money = await (opened ??= import('../money/open-money.ts').then(({ openMoney }) => openMoney({ prices }, platform)))
      const options = signal === undefined ? {} : { signal }
      const name = await platform.objects.bucket(bucket, { dryRun: true, ...options })
      const place = { bucket: name, prefix: keyPrefix(prefix), project: projectName(project), task: taskName(task) }
      try {
        for await (const { state: job, record } of pastJobs(
          place.task,
          layoutOf(place),
          ['training', 'processing'],
          platform,
          options,
        ))
          yield { job, tags: record?.tags ?? {}, cost: await money.costOf(job) }
      } catch (cause) {
        // No bucket yet: no jobs.
        if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
      }
    },
  }
}

/** Costs of several jobs together. */
export interface CostTotal {
  /** How many jobs. */
  readonly jobs: number
  /** Those of them whose cost is not known: they are in no sum. */
  readonly unknownJobs: number
  /** What was billed for their machines, in US dollars. */
  readonly usd: number
  /** What spot took off the price, in US dollars. */
  readonly savedUsd: number
  /** What was billed for keeping machines warm after them, in US dollars. Not part of `usd`. */
  readonly warmUsd: number
}

/** Adds up costs. Those that are not known are counted, and stand in no sum. */
export function totalOf(costs: readonly Cost[]): CostTotal {
  if (!Array.isArray(costs)) assertGiven('totalOf', [{ path: 'costs', value: costs, message: 'must be a list of costs' }])
  const total = { jobs: costs.length, unknownJobs: 0, usd: 0, savedUsd: 0, warmUsd: 0 }
  for (const cost of costs) {
    if (cost.kind === 'unknown') {
      total.unknownJobs += 1
      continue
    }
    total.usd += cost.usd
    total.savedUsd += cost.savedUsd
    total.warmUsd += cost.warmUsd
  }
  return total
}
