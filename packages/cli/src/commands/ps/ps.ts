import type { JobStatus } from '@simple-sagemaker/core'
import { isTerminal } from '@simple-sagemaker/core/jobs'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { listOptions } from '../../grammar/tables/small-options.ts'
import { projectOptions } from '../../grammar/tables/run-options.ts'
import { valuesOf } from '../../grammar/values.ts'
import { jobDocument, type ListedJob, type ListedTrials } from '../../render/documents/job-document.ts'
import { budgetsText, costTotals, isCosted, totalsText } from '../../render/cost/cost-table.ts'
import { jobsText } from '../../render/job-table.ts'
import { LiveRegion } from '../../render/live-region.ts'
import { askedPrices, localRoot, openPlatform } from '../../settings/open-platform.ts'
import { canRedraw, coloursFor } from '../../terminal/colours.ts'
import { abortOnSignal } from '../abort-signal.ts'
import { budgetsOf, listedJobs } from './listed.ts'
import { withTrialsTogether } from './trials.ts'

const watchMs = 2_000
const mostDrawn = 20

type List = () => Promise<readonly ListedJob[]>
type Together = (jobs: readonly ListedJob[]) => Promise<readonly (ListedJob | ListedTrials)[]>

/** `ssm ps`: jobs of a task, of a project, or of every project in the bucket; newest first. */
export async function ps(call: Call): Promise<number> {
  const { parsed, settings, context, json } = call
  const { watch, status, last = 5, usage = false, series = false, trials = false } = valuesOf(parsed, listOptions)
  const { task } = valuesOf(parsed, projectOptions)
  await using platform = await openPlatform(settings, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const prices = askedPrices(parsed, settings)
  const wanted = { task, last, matches: statusFilter(status), prices, usage, series }
  const list: List = () => listedJobs(settings, platform, wanted, interrupt.signal)
  const isEach = json || trials || usage || series || task !== undefined || prices !== undefined
  const together: Together = async (jobs) =>
    isEach ? jobs : await withTrialsTogether(jobs, settings, platform, interrupt.signal)
  if (watch === true) return await watchJobs(call, list, together, interrupt.signal)
  const jobs = await list()
  // Which store was looked at: of another folder there may be another one.
  if (!json && settings.platform === 'local' && !call.quiet)
    context.stderr.write(`local jobs of ${localRoot(settings, context)}\n`)
  const budgets = prices === undefined ? {} : await budgetsOf(settings, platform, jobs, interrupt.signal)
  context.stdout.write(
    json
      ? `${JSON.stringify({ ...documentOf(jobs), ...(prices === undefined ? {} : { budgets }) })}\n`
      : `${text(call, jobs, await together(jobs))}${budgetsText(budgets)}`,
  )
  return exits.done
}

function statusFilter(status: string | undefined): (status: JobStatus) => boolean {
  if (status === undefined) return () => true
  return (found) => (status === 'running' ? !isTerminal(found) : found === status)
}

const documentOf = (jobs: readonly ListedJob[]): Readonly<Record<string, unknown>> => ({
  v: 1,
  jobs: jobs.map(jobDocument),
  ...(jobs.some(isCosted) ? { costs: costTotals(jobs) } : {}),
})

function text({ context }: Call, jobs: readonly ListedJob[], entries: readonly (ListedJob | ListedTrials)[]): string {
  const rows = jobsText(entries, {
    nowMs: context.now(),
    colours: coloursFor(context.stdout, context),
    columns: context.stdout.isTTY ? context.stdout.columns() : Number.POSITIVE_INFINITY,
  })
  return jobs.some(isCosted) ? `${rows}${totalsText(costTotals(jobs))}` : rows
}

async function watchJobs(call: Call, list: List, together: Together, signal: AbortSignal): Promise<number> {
  const { context, json } = call
  const region = new LiveRegion(context.stdout)
  const redraws = !json && canRedraw(context.stdout, context)
  let shown = ''
  while (!context.stdout.isBroken()) {
    const jobs = await list()
    // What running jobs cost grows all the time: that alone is no change.
    const now = JSON.stringify(jobs.map(({ project: name, task, job }) => jobDocument({ project: name, task, job })))
    const shows = redraws || (now !== shown && !json)
    const lines = shows ? text(call, jobs, await together(jobs)) : ''
    if (redraws) region.draw(shortened(lines.trimEnd().split('\n')))
    else if (now !== shown) context.stdout.write(json ? `${JSON.stringify(documentOf(jobs))}\n` : `${lines}\n`)
    shown = now
    if (jobs.every(({ job }) => isTerminal(job.status))) break
    await context.sleep(watchMs, signal)
  }
  return exits.done
}

/** What is drawn over must fit on the screen. */
function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= mostDrawn ? lines : [...lines.slice(0, mostDrawn - 1), `… and ${lines.length - mostDrawn + 1} more`]
}
