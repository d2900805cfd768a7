import type { RunEvent, Wording } from '@simple-sagemaker/core'
import type { Notice } from './lines.ts'
import { RunLog } from './run-log.ts'

/** The logs of a run with any number of tasks; with more than one, every line names its task. */
export class RunLogs {
  readonly #logs = new Map<string, RunLog>()
  readonly #reader: keyof Wording | undefined

  readonly #flags: string | undefined

  constructor(reader?: keyof Wording, flags?: string) {
    this.#reader = reader
    this.#flags = flags
  }

  get isRunning(): boolean {
    return [...this.#logs.values()].some((log) => log.isRunning)
  }

  get hasSeveral(): boolean {
    return this.#logs.size > 1
  }

  /** The lines that an event is worth. */
  tell(event: RunEvent): readonly Notice[] {
    const log = this.#logs.get(event.task) ?? new RunLog(this.#reader, this.#flags)
    this.#logs.set(event.task, log)
    // The decision names the task itself.
    const isNamed = event.type === 'decided' || !this.hasSeveral
    return log.tell(event).map(({ kind, text }) => ({ kind, text: isNamed ? text : `${event.task}: ${text}` }))
  }

  /** The present, in a few lines. */
  live(nowMs: number): readonly string[] {
    return this.#named(
      [...this.#logs].filter(([, log]) => log.isRunning),
      (log) => log.live(nowMs),
    )
  }

  /** The last value of each metric with its course. */
  metrics(task?: string): readonly string[] {
    if (task !== undefined) return this.#logs.get(task)?.metrics() ?? []
    return this.#named([...this.#logs], (log) => log.metrics())
  }

  #named(logs: readonly (readonly [string, RunLog])[], lines: (log: RunLog) => readonly string[]): readonly string[] {
    return logs.flatMap(([task, log]) => lines(log).map((line) => (this.hasSeveral ? `${task}: ${line}` : line)))
  }
}
