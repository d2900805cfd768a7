import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { newestJobs, type TasksPlace } from '../../run/report/report-of.ts'
import type { SearchToReport } from './reported-search.ts'

type Trials = SearchToReport['trials']

/**
 * What is known of trials while they run: their jobs, how long these have been going on, and the last value of the metric. The notes of a
 * search tell of a trial only that it began and how it ended.
 */
export class RunningTrials {
  readonly #place: TasksPlace
  /** Task → its job as it was at the last look. */
  readonly #jobs = new Map<string, JobState>()

  constructor(place: TasksPlace) {
    this.#place = place
  }

  /** The same trials, with what the jobs of those that run tell now. */
  async told(search: SearchToReport, options: Abortable): Promise<Trials> {
    const running = search.trials.filter(({ status }) => status === 'running').map(({ task }) => task)
    // Trials of a tuner are jobs of one task: which is whose is known at their end.
    const tasks = running.filter((task) => running.indexOf(task) === running.lastIndexOf(task))
    await this.#look(tasks, options)
    return search.trials.map((trial) => {
      const state = trial.status === 'running' ? this.#jobs.get(trial.task) : undefined
      return state === undefined || isTerminal(state.status) ? trial : { ...trial, ...liveFields(state, search) }
    })
  }

  async #look(tasks: readonly string[], options: Abortable): Promise<void> {
    const { platform } = this.#place
    const unknown: string[] = []
    for (const task of tasks) {
      const before = this.#jobs.get(task)
      const now = before === undefined ? undefined : await platform.jobs.describe(before, options)
      if (now === undefined || isTerminal(now.status)) unknown.push(task)
      else this.#jobs.set(task, now)
    }
    for (const { task, past } of await newestJobs(this.#place, unknown, options)) this.#jobs.set(task, past[0].state)
  }
}

function liveFields({ name, createdAtMs, finalMetrics }: JobState, { goal }: SearchToReport): Partial<Trials[number]> {
  const value = finalMetrics.find((metric) => metric.name === goal?.metric)?.value
  return {
    job: name,
    seconds: Math.max(0, Math.round((Date.now() - createdAtMs) / 1000)),
    ...(value === undefined ? {} : { value }),
  }
}
