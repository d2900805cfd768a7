import { taskKey } from '../graph/task-key.ts'
import type { TaskSpec } from '../spec/task-spec.ts'

/** The tasks whose outputs a task reads by value, each once. */
export function upstreamOf(spec: TaskSpec): readonly TaskSpec[] {
  const specs = spec.inputs.flatMap(({ source }) => (source.kind === 'upstream' ? [source.spec] : []))
  return [...new Map(specs.map((each) => [taskKey(each), each])).values()]
}

/** The task with those that it needs known by name, as far as a name tells them: they ran, and need not be looked at again for each trial. */
export function upstreamByName(spec: TaskSpec): TaskSpec {
  const inputs = spec.inputs.map((input) => {
    const { source } = input
    if (source.kind !== 'upstream' || taskKey(source.spec) !== taskKey({ ...spec, task: source.spec.task })) return input
    return { ...input, source: { kind: 'task', task: source.spec.task, output: source.output } as const }
  })
  return { ...spec, inputs }
}
