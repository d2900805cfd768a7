import type { RunEvent, Wording } from '@simple-sagemaker/core'
import type { Notice } from './lines.ts'
import { RunLog } from './run-log.ts'

type LoggedEvent = Extract<RunEvent, { readonly type: 'logged' }>

/** The logs of a run with any number of tasks; with more than one, every line names its task. */
export class RunLogs {
  readonly #logs = new Map<string, RunLog>()
  /** Tasks of which several machines print. */
  readonly #onSeveralMachines = new Set<string>()
  #isOfSeveral = false
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
    return this.#isOfSeveral || this.#logs.size > 1
  }

  /** More tasks than one are to come, whichever begins. */
  expectSeveral(): void {
    this.#isOfSeveral = true
  }

  /** Whose a line of the log is, and whether others print, too. */
  sourceOf({ task, line: { machine } }: LoggedEvent): { readonly name: string; readonly isOneOfSeveral: boolean } {
    return {
      name: this.hasSeveral ? `${task} ${machine}` : machine,
      isOneOfSeveral: this.hasSeveral || this.#onSeveralMachines.has(task),
    }
  }

  /** The lines that an event is worth. */
  tell(event: RunEvent): readonly Notice[] {
    const log = this.#logs.get(event.task) ?? new RunLog(this.#reader, this.#flags)
    this.#logs.set(event.task, log)
    if (event.type === 'decided') {
      if (event.tasks !== undefined) this.expectSeveral()
      if (event.machines !== undefined) this.#onSeveralMachines.add(event.task)
    }
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
