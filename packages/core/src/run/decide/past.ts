import { allOrAbort } from '../../lang/all-or-abort.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { TaskHistory } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { jobsNamed, lookAtFolder, type TaskFolder } from './history.ts'
import { isHeld } from './lease.ts'

/** What there is of a task's past, as it was found at one time. */
export interface TaskPast extends TaskFolder {
  /** Its newest job, as far as there is one. */
  readonly history: TaskHistory
  /** Whether somebody is starting the task right now. */
  readonly isHeld: boolean
}

/** Looks at a task's folder, its newest job and its lease. */
export async function lookAtPast(spec: TaskSpec, layout: TaskLayout, context: TaskContext): Promise<TaskPast> {
  const folder = await lookAtFolder(spec.task, layout, context.platform, { signal: context.signal })
  const [history, held] = await allOrAbort(context.signal, (signal) => [
    newestOf(folder, spec, layout, { ...context, signal }),
    isHeld(layout.lease, folder.lease, { ...context, signal }),
  ])
  return { ...folder, history, isHeld: held }
}

async function newestOf(
  { jobs }: TaskFolder,
  { kind }: TaskSpec,
  layout: TaskLayout,
  { platform, signal }: TaskContext,
): Promise<TaskHistory> {
  // What is skipped must still be there as it was stored.
  for await (const newest of jobsNamed(jobs, layout, [kind], platform, { signal, verify: true })) return { newest }
  return {}
}
