import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { warmStartOf } from './offers.ts'

/** Tells once whether a job got warm machines: as soon as it has machines, and else at its end. */
export class WarmWatch {
  readonly #task: ResolvedTask
  readonly #context: TaskContext
  #looking: Promise<boolean> | undefined

  constructor(task: ResolvedTask, context: TaskContext) {
    this.#task = task
    this.#context = context
  }

  /** The job's newest state. */
  see(state: JobState): void {
    if (state.warmPool !== undefined && state.startedAtMs !== undefined) this.#looking ??= this.#look(state)
  }

  /** The job's last state: SageMaker may have said it late. */
  async end(state: JobState): Promise<void> {
    if (state.warmPool === undefined || !isTerminal(state.status)) return
    if ((await this.#looking) !== true) await this.#look(state)
  }

  /** Whether there is nothing more to say. Never rejects: the job itself is fine. */
  async #look(state: JobState): Promise<boolean> {
    try {
      const start = await warmStartOf(state, this.#task.layout, this.#context)
      if (!start.isTaken) return false
      const { from, keptSeconds, usd } = start
      this.#context.tell({
        type: 'machines-reused',
        job: state.name,
        from,
        keptSeconds,
        ...(usd === undefined ? {} : { keptUsd: usd }),
      })
      return true
    } catch {
      return false
    }
  }
}
