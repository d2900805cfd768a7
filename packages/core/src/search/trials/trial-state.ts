import type { JobRef } from '../../platform/jobs.ts'
import { isJobName, type JobName } from '../../names/job-name.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import { SearchFailedError } from '../errors.ts'
import type { Goal, MetricPoint, Trial, TrialStatus } from '../found.ts'
import type { Observation } from '../choose/sampling.ts'
import type { Values } from '../space.ts'

const mostPoints = 512

/** How a trial ended, as it is kept for later clients. */
export interface TrialEnd {
  readonly status: 'completed' | 'failed' | 'stopped-early'
  readonly value?: number
  readonly steps: number
  readonly course: readonly MetricPoint[]
  /** The losses that were compared: after how many values, and what. */
  readonly compared: readonly (readonly [steps: number, loss: number])[]
  readonly job?: JobName
  readonly kind?: JobRef['kind']
  readonly seconds?: number
  readonly billableSeconds?: number
  readonly costUsd?: number
  readonly message?: string
  /** It was asked to stop, and is not known to have stopped. */
  readonly isStopping?: boolean
}

/** How a trial ended, from its note; `undefined` for what none of our clients wrote: whoever may write to the bucket may have. */
export function trialEndIn(note: Readonly<Record<string, unknown>>): TrialEnd | undefined {
  const { status, steps, course, compared, job } = note
  const numbers = ['value', 'seconds', 'billableSeconds', 'costUsd'].every(
    (name) => note[name] === undefined || isNumber(note[name]),
  )
  const isWhole =
    (status === 'completed' || status === 'failed' || status === 'stopped-early') &&
    isNumber(steps) &&
    numbers &&
    Array.isArray(course) &&
    course.every(isPoint) &&
    Array.isArray(compared) &&
    compared.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isNumber)) &&
    (job === undefined || isJobName(job)) &&
    ['kind', 'message'].every((name) => note[name] === undefined || typeof note[name] === 'string')
  return isWhole ? (note as unknown as TrialEnd) : undefined // looked at field by field
}

// What was no number or infinite when it was written is `null` in JSON.
const isNumber = (value: unknown): boolean => typeof value === 'number' || value === null

function isPoint(value: unknown): boolean {
  const { step, value: measured, atMs } = Object(value) as Partial<MetricPoint>
  return isNumber(step) && isNumber(measured) && isNumber(atMs)
}

/** One trial of a search as it stands. */
export class TrialState {
  readonly number: number
  readonly task: string
  readonly values: Values
  status: TrialStatus = 'running'
  steps = 0
  value: number | undefined
  job: JobRef | undefined
  seconds: number | undefined
  billableSeconds: number | undefined
  costUsd: number | undefined
  error: unknown
  message: string | undefined
  isStopping = false
  result: TaskResult | undefined
  compared: (readonly [number, number])[] = []
  #course: MetricPoint[] = []
  readonly #usd = new Map<string, number>()
  #machine: string | undefined

  constructor(number: number, task: string, values: Values) {
    this.number = number
    this.task = task
    this.values = values
  }

  /** Takes a value of the metric; whether it counts: several machines print the same. */
  measured(machine: string, value: number, atMs: number): boolean {
    this.#machine ??= machine
    if (machine !== this.#machine) return false
    this.steps += 1
    this.value = value
    this.#course.push({ step: this.steps, value, atMs })
    // Every other one goes, but for the newest.
    if (this.#course.length > mostPoints) this.#course = this.#course.filter((_, index) => index % 2 === 0)
    return true
  }

  /** Takes what one of its jobs cost so far. */
  paid(job: string, usd: number): void {
    this.#usd.set(job, usd)
    this.costUsd = [...this.#usd.values()].reduce((sum, one) => sum + one, 0)
  }

  /** Begins again: another attempt prints its metric from the start. */
  restart(): void {
    this.steps = 0
    this.value = undefined
    this.#course = []
    this.#machine = undefined
  }

  end(status: 'completed' | 'failed' | 'stopped-early'): TrialEnd {
    const { value, steps, compared, job, seconds, billableSeconds, costUsd, message, isStopping } = this
    return {
      status,
      steps,
      course: this.#course,
      compared,
      ...(value === undefined ? {} : { value }),
      ...(job === undefined ? {} : { job: job.name, kind: job.kind }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(billableSeconds === undefined ? {} : { billableSeconds }),
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(message === undefined ? {} : { message }),
      ...(isStopping ? { isStopping } : {}),
    }
  }

  /** Takes over how it ended with an earlier client. */
  recall(end: TrialEnd): void {
    this.status = end.status
    this.value = end.value
    this.steps = end.steps
    this.compared = [...end.compared]
    this.#course = [...end.course]
    this.job = end.job === undefined ? undefined : { kind: end.kind ?? 'training', name: end.job }
    this.seconds = end.seconds
    this.billableSeconds = end.billableSeconds
    this.costUsd = end.costUsd
    this.message = end.message
    this.isStopping = end.isStopping === true
  }

  /** What those who choose the next trial see. */
  observation(goal: Goal | undefined): Observation {
    const { values, steps, status } = this
    const loss = this.loss(goal)
    const known = status === 'stopped' ? 'failed' : status
    return { values, steps, status: known, ...(loss === undefined || known === 'running' || known === 'failed' ? {} : { loss }) }
  }

  /** What is to be made small. */
  loss(goal: Goal | undefined): number | undefined {
    if (goal === undefined || this.value === undefined) return undefined
    return goal.direction === 'minimize' ? this.value : -this.value
  }

  /** As it is shown to users; `again` gives the result of a trial that an earlier client saw end. */
  view(again: (trial: TrialState) => Promise<TaskResult>): Trial {
    const { number, task, values: hyperparameters, status, value, job, seconds, billableSeconds, costUsd, message } = this
    return {
      number,
      task,
      hyperparameters,
      status,
      ...(value === undefined ? {} : { value }),
      course: [...this.#course],
      ...(job === undefined ? {} : { job: job.name }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(billableSeconds === undefined ? {} : { billableSeconds }),
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(message === undefined ? {} : { message }),
      result: async () => {
        if (this.status === 'completed') return this.result ?? (await again(this))
        throw new SearchFailedError(`Trial ${number}, ${task}, did not complete: ${status}`, [], {
          cause: this.error,
          hint: 'Ask the trials whose status is completed.',
        })
      },
    }
  }
}
