import { isSsmError, project, type JobState, type Platform } from '@simple-sagemaker/core'
import { projectOptions } from '../grammar/tables/run-options.ts'
import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { listOptions } from '../grammar/tables/cli-options.ts'
import { valuesOf } from '../grammar/values.ts'
import { LiveRegion } from '../render/live-region.ts'
import { canRedraw, coloursFor, type Colours } from '../terminal/colours.ts'
import { iso } from '../render/run-document.ts'
import { spanText, table } from '../terminal/text.ts'
import { dataOf, foldersBelow } from '../settings/job-place.ts'
import { openPlatform } from '../settings/open-platform.ts'
import type { Settings } from '../settings/settings.ts'
import { abortOnSignal } from './abort-signal.ts'

const watchMs = 2_000
const mostAtOnce = 8
const mostDrawn = 20

interface Listed {
  readonly project: string
  readonly task: string
  readonly job: JobState
}

/** `ssm ps`: jobs of a task, of a project, or of every project in the bucket; newest first. */
export async function ps(call: Call): Promise<number> {
  const { parsed, settings, context, json } = call
  const { watch, last = 5 } = valuesOf(parsed, listOptions)
  const { task } = valuesOf(parsed, projectOptions)
  // A name that cannot be is an error; one that has no jobs is not.
  if (settings.values.project !== undefined) project(settings.values.project.value, { platform: settings.platform })
  await using platform = await openPlatform(settings, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const list = (): Promise<readonly Listed[]> => listed(settings, platform, task, last, interrupt.signal)
  if (watch !== true) {
    const jobs = await list()
    context.stdout.write(
      json
        ? `${JSON.stringify({ v: 1, jobs: jobs.map(jobDocument) })}\n`
        : jobsText(jobs, context.now(), coloursFor(context.stdout, context)),
    )
    return exits.done
  }
  return await watchJobs(call, list, interrupt.signal)
}

async function watchJobs({ context, json }: Call, list: () => Promise<readonly Listed[]>, signal: AbortSignal): Promise<number> {
  const region = new LiveRegion(context.stdout)
  const colours = coloursFor(context.stdout, context)
  const redraws = !json && canRedraw(context.stdout, context)
  let shown = ''
  while (!context.stdout.isBroken()) {
    const jobs = await list()
    const now = JSON.stringify(jobs.map(jobDocument))
    if (redraws) region.draw(shortened(jobsText(jobs, context.now(), colours).trimEnd().split('\n')))
    else if (now !== shown) context.stdout.write(json ? `{"v":1,"jobs":${now}}\n` : `${jobsText(jobs, context.now(), colours)}\n`)
    shown = now
    if (jobs.every(({ job }) => job.status !== 'in-progress' && job.status !== 'stopping')) break
    await context.sleep(watchMs, signal)
  }
  return exits.done
}

/** What is drawn over must fit on the screen. */
function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= mostDrawn ? lines : [...lines.slice(0, mostDrawn - 1), `… and ${lines.length - mostDrawn + 1} more`]
}

async function listed(
  settings: Settings,
  platform: Platform,
  task: string | undefined,
  last: number,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const named = settings.values.project?.value
  const projects = named === undefined ? await foldersOrNone(settings, platform, [], signal) : [named]
  const places: { readonly project: string; readonly task: string }[] = []
  for (const name of projects) {
    const tasks = task === undefined ? await foldersOrNone(settings, platform, [name], signal) : [task]
    // Other things may lie in the bucket: only what can be a task is looked into.
    places.push(
      ...tasks
        .filter((each) => task !== undefined || /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,33}$/.test(each))
        .map((each) => ({ project: name, task: each })),
    )
  }
  const found: Listed[] = []
  const queue = places.values()
  const worker = async (): Promise<void> => {
    for (const place of queue) found.push(...(await newest(settings, platform, place, last, signal)))
  }
  await Promise.all(Array.from({ length: mostAtOnce }, worker))
  return found.sort((one, other) => other.job.createdAtMs - one.job.createdAtMs || (one.job.name < other.job.name ? 1 : -1))
}

async function newest(
  settings: Settings,
  platform: Platform,
  place: { readonly project: string; readonly task: string },
  last: number,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const inProject: Settings = { ...settings, values: { ...settings.values, project: { value: place.project, origin: 'bucket' } } }
  const found: Listed[] = []
  try {
    for await (const job of dataOf(inProject, platform, place.task).jobs({ signal })) {
      if (found.push({ ...place, job }) >= last) break
    }
  } catch (cause) {
    if (!isSsmError(cause, 'NAME_INVALID')) throw cause
  }
  return found
}

async function foldersOrNone(
  settings: Settings,
  platform: Platform,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await foldersBelow(settings, platform, parts, signal)
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING')) return []
    throw cause
  }
}

function jobDocument({ project, task, job }: Listed): Readonly<Record<string, unknown>> {
  const {
    name,
    kind,
    status,
    phase,
    machines,
    createdAtMs,
    startedAtMs,
    endedAtMs,
    billableSeconds,
    failureReason,
    interruptions,
  } = job
  return {
    project,
    task,
    job: name,
    kind,
    status,
    phase,
    machines,
    createdAt: iso(createdAtMs),
    startedAt: startedAtMs === undefined ? null : iso(startedAtMs),
    endedAt: endedAtMs === undefined ? null : iso(endedAtMs),
    billableSeconds: billableSeconds ?? null,
    interruptions,
    failureReason: failureReason ?? null,
  }
}

function jobsText(jobs: readonly Listed[], nowMs: number, colours: Colours): string {
  if (jobs.length === 0) return 'no jobs\n'
  const rows = jobs.map(({ project, task, job }) => {
    const isOver = job.endedAtMs !== undefined
    const status = isOver || job.phase.toLowerCase() === job.status ? job.status : `${job.status} (${job.phase})`
    const colour =
      job.status === 'completed'
        ? colours.green
        : job.status === 'failed'
          ? colours.red
          : job.status === 'stopped'
            ? colours.yellow
            : colours.cyan
    return [
      project,
      task,
      colour(status),
      spanText((job.endedAtMs ?? nowMs) - job.createdAtMs),
      `${spanText(nowMs - job.createdAtMs)} ago`,
      job.name,
    ]
  })
  return table(['PROJECT', 'TASK', 'STATUS', 'TIME', 'STARTED', 'JOB'], rows)
}
