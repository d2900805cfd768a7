import type { RunHappening } from '../events/run-event.ts'
import { isSsmError } from '../errors/ssm-error.ts'
import type { TaskOutcome } from './outcome.ts'
import type { TaskResult } from './results/task-result.ts'
import type { GraphNode } from '../graph/order.ts'

export interface GraphRun {
  /** How many tasks run at once. */
  readonly parallel: number
  readonly tell: (task: string, happening: RunHappening) => void
  readonly runOne: (node: GraphNode, upstream: ReadonlyMap<string, TaskResult>) => Promise<TaskResult>
}

/**
 * Runs the tasks, each as soon as what it needs is done and a place is free. A failure blocks its dependants and not its
 * neighbours. Never rejects for a failed task: the outcome of each is in the table, by key, in the order of `nodes`.
 */
export async function runGraph(nodes: readonly GraphNode[], run: GraphRun): Promise<ReadonlyMap<string, TaskOutcome>> {
  const outcomes = new Map<string, TaskOutcome>()
  const waiting = new Map(nodes.map((node) => [node.key, new Set(node.needs)]))
  const dependants = dependantsOf(nodes)
  const names = new Map(nodes.map((node) => [node.key, node.spec.task as string]))
  const ready = nodes.filter((node) => node.needs.length === 0)
  const running = new Set<Promise<void>>()

  const settle = (node: GraphNode, outcome: TaskOutcome): void => {
    outcomes.set(node.key, outcome)
    if (outcome.status !== 'completed') run.tell(node.spec.task, { type: 'finished', outcome: ending(outcome) })
    for (const dependant of dependants.get(node.key) ?? []) {
      const needs = waiting.get(dependant.key)
      needs?.delete(node.key)
      if (needs?.size === 0) ready.push(dependant)
    }
  }
  const begin = (node: GraphNode): void => {
    const by = blockers(node, outcomes, names)
    if (by.length > 0) return settle(node, { status: 'blocked', by })
    const work = attempt(node, run, outcomes).then((outcome) => settle(node, outcome))
    const tracked: Promise<void> = work.finally(() => running.delete(tracked))
    running.add(tracked)
  }

  while (outcomes.size < nodes.length) {
    while (running.size < run.parallel && ready.length > 0) {
      const node = ready.shift()
      if (node !== undefined) begin(node)
    }
    if (running.size > 0) await Promise.race(running)
  }
  return new Map(
    nodes.flatMap(({ key }) =>
      [[key, outcomes.get(key)] as const].filter((entry): entry is [string, TaskOutcome] => entry[1] !== undefined),
    ),
  )
}

async function attempt(node: GraphNode, run: GraphRun, outcomes: ReadonlyMap<string, TaskOutcome>): Promise<TaskOutcome> {
  try {
    return { status: 'completed', result: await run.runOne(node, resultsFor(node, outcomes)) }
  } catch (error) {
    return { status: 'failed', error }
  }
}

function dependantsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const dependants = new Map<string, GraphNode[]>()
  for (const need of new Set(nodes.flatMap((node) => node.needs))) dependants.set(need, [])
  for (const node of nodes) for (const need of node.needs) dependants.get(need)?.push(node)
  return dependants
}

// The tasks at fault, not the ones between: a chain of blocked tasks names the one that failed.
function blockers(
  node: GraphNode,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  const atFault = node.needs.flatMap((key) => {
    const outcome = outcomes.get(key)
    if (outcome?.status === 'blocked') return outcome.by
    return outcome?.status === 'failed' ? [names.get(key) ?? key] : []
  })
  return [...new Set(atFault)]
}

function resultsFor(node: GraphNode, outcomes: ReadonlyMap<string, TaskOutcome>): ReadonlyMap<string, TaskResult> {
  return new Map(
    node.needs.flatMap((key) => {
      const outcome = outcomes.get(key)
      return outcome?.status === 'completed' ? [[key, outcome.result] as const] : []
    }),
  )
}

function ending(outcome: Exclude<TaskOutcome, { status: 'completed' }>): Extract<RunHappening, { type: 'finished' }>['outcome'] {
  if (outcome.status === 'blocked') return { kind: 'blocked', by: outcome.by }
  const { error } = outcome
  return {
    kind: 'failed',
    code: isSsmError(error) ? error.code : 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
  }
}
