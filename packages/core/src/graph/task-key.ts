import type { TaskSpec } from '../spec/task-spec.ts'

/** One task of one project, whatever object describes it. */
export function taskKey(spec: Pick<TaskSpec, 'project' | 'prefix' | 'task'>): string {
  return `${spec.prefix}/${spec.project}/${spec.task}`
}
