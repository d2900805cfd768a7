import { GraphFailedError, type TaskOutcome } from '../run/results/outcome.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { ProjectOutcome } from './grammar/projects.ts'

/** The outcome of a run of a whole project, from the runner's table. */
export function outcomeOf<Known, Results>(outcomes: Readonly<Record<string, TaskOutcome>>): ProjectOutcome<Known, Results> {
  const ok = Object.values(outcomes).every((outcome) => outcome.status === 'completed')
  const results = (): Record<string, TaskResult> => {
    if (!ok) throw new GraphFailedError(outcomes)
    return Object.fromEntries(
      Object.entries(outcomes).flatMap(([name, outcome]) => (outcome.status === 'completed' ? [[name, outcome.result]] : [])),
    )
  }
  // The runner's table has the names that `Known` says, for both were built by `add`.
  return {
    ok,
    tasks: outcomes as ProjectOutcome<Known, Results>['tasks'],
    orThrow: () => results() as ReturnType<ProjectOutcome<Known, Results>['orThrow']>,
  }
}
