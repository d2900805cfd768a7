import { isDeepStrictEqual } from 'node:util'
import { nameOnPrototype, SsmError } from '../errors/ssm-error.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { taskKey } from './task-key.ts'

/** One task of a graph, and the keys of those it needs. */
export interface GraphNode {
  readonly key: string
  readonly spec: TaskSpec
  readonly needs: readonly string[]
}

/** Tasks that depend on each other in a cycle. */
export class GraphCycleError extends SsmError {
  /** The tasks of the cycle; the first one is the last one too. */
  readonly path: readonly string[]

  static {
    nameOnPrototype(this, 'GraphCycleError')
  }

  constructor(path: readonly string[]) {
    super('GRAPH_CYCLE', `The tasks depend on each other in a cycle: ${path.join(' → ')}`, {
      hint: 'Break the cycle: one of these tasks must not read the next one.',
      facts: { path },
    })
    this.path = path
  }
}

/**
 * The tasks and everything they need, each once, in an order in which every task comes after what it needs. A task given
 * by value is needed; one given by name is needed when it is among these tasks, and else taken from its past.
 * @throws {GraphCycleError}, {InvalidTaskError} when two different tasks have one name.
 */
export function graphOf(targets: readonly TaskSpec[]): readonly GraphNode[] {
  const specs = gather(targets)
  const nodes = new Map([...specs].map(([key, spec]) => [key, { key, spec, needs: needsOf(spec, specs) }]))
  return inOrder(nodes)
}

function gather(targets: readonly TaskSpec[]): ReadonlyMap<string, TaskSpec> {
  const specs = new Map<string, TaskSpec>()
  const seen = new Set<TaskSpec>()
  const queue = [...targets]
  // It grows while it is read: first the tasks in the order given, then what they need. Each object is looked at once, and
  // beside its fellow alone: what both need comes later by itself, however often the same tasks were described anew.
  for (const spec of queue) {
    if (seen.has(spec)) continue
    seen.add(spec)
    const key = taskKey(spec)
    const known = specs.get(key)
    if (known !== undefined && !isDeepStrictEqual(shallow(known), shallow(spec)))
      throw described(spec, 'twice, in different ways')
    queue.push(...upstreamOf(spec))
    specs.set(key, known ?? spec)
  }
  return specs
}

/** A task with the names of those it needs in their place. */
function shallow(spec: TaskSpec): object {
  const inputs = spec.inputs.map(({ source, ...input }) => ({
    ...input,
    source: source.kind === 'upstream' ? { ...source, spec: taskKey(source.spec) } : source,
  }))
  return { ...spec, inputs }
}

const described = (spec: TaskSpec, how: string): InvalidTaskError =>
  new InvalidTaskError(spec.task, [
    {
      path: 'task',
      value: spec.task,
      message: `is described ${how} in one graph`,
      hint: 'Keep the finished task in a variable and use it everywhere.',
    },
  ])

const upstreamOf = (spec: TaskSpec): readonly TaskSpec[] =>
  spec.inputs.flatMap(({ source }) => (source.kind === 'upstream' ? [source.spec] : []))

function needsOf(spec: TaskSpec, specs: ReadonlyMap<string, TaskSpec>): readonly string[] {
  const keys = spec.inputs.flatMap(({ source }) => {
    if (source.kind === 'upstream') return [taskKey(source.spec)]
    const named = source.kind === 'task' ? taskKey({ ...spec, task: source.task as TaskSpec['task'] }) : undefined
    // By name, a task may read what it left itself the last time.
    return named !== undefined && named !== taskKey(spec) && specs.has(named) ? [named] : []
  })
  return [...new Set(keys)]
}

function inOrder(nodes: ReadonlyMap<string, GraphNode>): readonly GraphNode[] {
  const ordered: GraphNode[] = []
  const state = new Map<string, 'open' | 'done'>()
  // Its own stack: a chain of ten thousand tasks must not end the program's.
  for (const root of nodes.values()) {
    const path: { readonly node: GraphNode; next: number }[] = []
    const open = (node: GraphNode): void => {
      state.set(node.key, 'open')
      path.push({ node, next: 0 })
    }
    if (!state.has(root.key)) open(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = nodes.get(top.node.needs[top.next++] ?? '')
      if (need !== undefined && state.get(need.key) === 'open')
        throw new GraphCycleError(
          cycleOf(
            path.map(({ node }) => node),
            need,
          ),
        )
      if (need !== undefined && !state.has(need.key)) open(need)
      if (need !== undefined || top.next <= top.node.needs.length) continue
      state.set(top.node.key, 'done')
      ordered.push(top.node)
      path.pop()
    }
  }
  return ordered
}

function cycleOf(path: readonly GraphNode[], again: GraphNode): readonly string[] {
  const names = path.map(({ spec }) => spec.task as string)
  return [...names.slice(path.indexOf(again)), again.spec.task]
}
