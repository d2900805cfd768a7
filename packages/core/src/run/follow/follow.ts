import { isSsmError } from '../../errors/ssm-error.ts'
import { isTerminal, type JobRef, type JobState } from '../../platform/jobs.ts'
import type { LogLine } from '../../platform/logs.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { TaskContext } from '../context.ts'
import { idleGpus } from './idle-gpus.ts'
import { logLines } from './lines.ts'
import { metricFinder, type MetricFinder } from '../../platform/metrics/metric-finder.ts'

const lastLinesKept = 20

/** How a job ended, with what was seen on the way. */
export interface EndedJob {
  readonly state: JobState
  /** The last lines of each machine. */
  readonly lastLines: ReadonlyMap<string, readonly string[]>
  /** The last value of each metric. */
  readonly metrics: Readonly<Record<string, number>>
}

/** Follows a job to its end: tells its phases, its log lines and its metrics. An abort ends the following, not the job. */
export async function followJob(
  job: JobRef,
  metrics: Readonly<Record<string, string>>,
  context: TaskContext,
  onState: (state: JobState) => void = () => undefined,
): Promise<EndedJob> {
  context.signal.throwIfAborted()
  const log = new LogFollower(job, metrics, context)
  const leave = new AbortController()
  const signal = AbortSignal.any([context.signal, leave.signal])
  const live = (await context.money?.(context.platform))?.live(context)
  const gpus = idleGpus(context)
  const reading = log.read(signal)
  try {
    const state = await followStates(job, context, (seen) => {
      live?.seen(seen)
      gpus.seen(seen)
      onState(seen)
    })
    await Promise.all([reading, gpus.ended(state)])
    const ended = { state, lastLines: log.lastLines, metrics: metricsOf(state, log.metrics, metrics) }
    warnOfSilentMetrics(ended, log.searched, context)
    return ended
  } finally {
    live?.close()
    gpus.close()
    leave.abort()
    await reading
  }
}

/** A job that ended before. Its log is read again only for a metric of which the platform keeps no value. */
export async function recallJob(job: JobRef, metrics: Readonly<Record<string, string>>, context: TaskContext): Promise<EndedJob> {
  const state = await context.platform.jobs.describe(job, { signal: context.signal })
  if (state === undefined) throw lost(job)
  const kept = new Set(state.finalMetrics.map(({ name }) => name))
  const missing = Object.fromEntries(Object.entries(metrics).filter(([name]) => !kept.has(name)))
  const found: Record<string, number> = {}
  if (Object.keys(missing).length > 0) {
    const { find } = await metricFinder(missing)
    for await (const line of logLines(context.platform, job, { signal: context.signal, untilNow: true }))
      for (const { metric, value } of find(line.text)) found[metric] = value
  }
  return { state, lastLines: new Map(), metrics: metricsOf(state, found, metrics) }
}

/**
 * The last value of each metric: the platform's own, and what the log says where it keeps none. The same for a run and for
 * a later one that is skipped, whoever read which line.
 */
function metricsOf(
  state: JobState,
  fromLog: Readonly<Record<string, number>>,
  metrics: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  const kept = Object.fromEntries(state.finalMetrics.map(({ name, value }) => [name, value]))
  const read = Object.entries(fromLog).filter(([name]) => Object.hasOwn(metrics, name))
  return { ...Object.fromEntries(read), ...kept }
}

function warnOfSilentMetrics(
  { state, metrics: found }: EndedJob,
  metrics: Readonly<Record<string, string>>,
  context: TaskContext,
): void {
  if (state.status !== 'completed') return
  for (const [name, expression] of Object.entries(metrics).filter(([name]) => !Object.hasOwn(found, name)))
    context.tell({
      type: 'warned',
      message: `metric ${name} has no value: no line of the log of ${state.name} matched /${expression}/`,
    })
}

async function followStates(job: JobRef, context: TaskContext, onState: (state: JobState) => void): Promise<JobState> {
  let shown = ''
  for await (const state of context.platform.jobs.watch(job, { signal: context.signal })) {
    const { message, startedAtMs } = state.phases.at(-1) ?? {}
    const now = `${state.status} ${state.phase} ${message ?? ''}`
    if (now !== shown) {
      context.tell({
        type: 'status-changed',
        job: job.name,
        status: state.status,
        phase: state.phase,
        ...(startedAtMs === undefined ? {} : { phaseStartedAtMs: startedAtMs }),
        ...(message === undefined ? {} : { message }),
      })
    }
    shown = now
    onState(state)
    if (isTerminal(state.status)) return state
  }
  throw lost(job)
}

const lost = (job: JobRef): PlatformError =>
  new PlatformError('JOB_LOST', `Job ${job.name} is gone`, {
    hint: 'Its record was deleted; run the task again.',
    facts: { job: job.name },
  })

const notLive = (names: readonly string[]): string =>
  `Values of ${names.join(', ')} are read by SageMaker alone, not while the job runs and not on this computer: the expression looks ahead, back, or at an earlier group, or does not give back what it took`

const tooLarge = (names: readonly string[]): string =>
  `Values of ${names.join(', ')} are not looked for here: the expression repeats too much to be read quickly. Repeat less, or leave out the number of times: + in place of {900}`

const givenUp = (metric: string): string =>
  `Values of ${metric} are not looked for any more: its expression takes too long for the lines of this job. Make it simpler`

class LogFollower {
  readonly lastLines = new Map<string, string[]>()
  readonly metrics: Record<string, number> = {}
  /** The expressions that lines are searched with; of any other metric it is not known whether a line matched. */
  searched: Readonly<Record<string, string>>
  readonly #job: JobRef
  readonly #finder: Promise<MetricFinder>
  readonly #context: TaskContext

  constructor(job: JobRef, metrics: Readonly<Record<string, string>>, context: TaskContext) {
    this.#job = job
    this.searched = metrics
    this.#finder = metricFinder(metrics, (metric) => {
      this.#leaveOut([metric])
      context.tell({ type: 'warned', message: givenUp(metric) })
    })
    this.#context = context
  }

  /** Reads to the end; a log that cannot be read is a warning, for the job itself is fine. Never rejects. */
  async read(signal: AbortSignal): Promise<void> {
    try {
      const finder = await this.#finder
      this.#leaveOut([...finder.unreadable, ...finder.tooLarge])
      if (finder.unreadable.length > 0) this.#context.tell({ type: 'warned', message: notLive(finder.unreadable) })
      if (finder.tooLarge.length > 0) this.#context.tell({ type: 'warned', message: tooLarge(finder.tooLarge) })
      for await (const line of logLines(this.#context.platform, this.#job, { signal })) this.#take(line, finder)
    } catch (cause) {
      if (signal.aborted) return
      const why = isSsmError(cause) ? cause.message : String(cause)
      this.#context.tell({ type: 'warned', message: `The log of ${this.#job.name} cannot be followed: ${why}` })
    }
  }

  #leaveOut(names: readonly string[]): void {
    this.searched = Object.fromEntries(Object.entries(this.searched).filter(([name]) => !names.includes(name)))
  }

  #take(line: LogLine, finder: MetricFinder): void {
    const lines = this.lastLines.get(line.machine) ?? []
    if (lines.push(line.text) > lastLinesKept) lines.shift()
    this.lastLines.set(line.machine, lines)
    this.#context.tell({ type: 'logged', job: this.#job.name, line })
    for (const { metric, value } of finder.find(line.text)) {
      this.metrics[metric] = value
      this.#context.tell({ type: 'measured', job: this.#job.name, machine: line.machine, metric, value })
    }
  }
}
