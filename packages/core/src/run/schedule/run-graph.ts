import { isError } from '../../lang/realms.ts'
import type { RunHappening } from '../../events/run-event.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import type { GraphNode } from '../../graph/order.ts'
import type { TaskOutcome } from '../results/outcome.ts'
import type { TaskResult } from '../results/task-result.ts'
import { Schedule } from './scheduler.ts'

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
  const schedule = new Schedule(nodes)
  const outcomes = new Map<string, TaskOutcome>()
  const running = new Set<Promise<void>>()
  const settle = (node: GraphNode, outcome: TaskOutcome): void => {
    outcomes.set(node.key, outcome)
    if (outcome.status !== 'completed') run.tell(node.spec.task, { type: 'finished', outcome: endingOf(outcome) })
  }
  const begin = (node: GraphNode): void => {
    const work = outcomeOf(node, run, outcomes).then((outcome) => {
      settle(node, outcome)
      for (const { node: blocked, by } of schedule.end(node, outcome.status)) settle(blocked, { status: 'blocked', by })
    })
    const tracked: Promise<void> = work.finally(() => running.delete(tracked))
    running.add(tracked)
  }
  for (;;) {
    while (running.size < run.parallel) {
      const node = schedule.take()
      if (node === undefined) break
      begin(node)
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  const inOrder = nodes.map(({ key }) => [key, outcomes.get(key)] as const)
  return new Map(inOrder.filter((entry): entry is [string, TaskOutcome] => entry[1] !== undefined))
}

type Ended = Exclude<TaskOutcome, { readonly status: 'blocked' }>

async function outcomeOf(node: GraphNode, run: GraphRun, outcomes: ReadonlyMap<string, TaskOutcome>): Promise<Ended> {
  try {
    return { status: 'completed', result: await run.runOne(node, resultsFor(node, outcomes)) }
  } catch (cause) {
    // A callback, a schema or a platform may throw anything; whoever reads the outcome gets an error.
    return { status: 'failed', error: isError(cause) ? cause : new Error(`${String(cause)} was thrown`, { cause }) }
  }
}

function resultsFor(node: GraphNode, outcomes: ReadonlyMap<string, TaskOutcome>): ReadonlyMap<string, TaskResult> {
  return new Map(
    node.needs.flatMap((key) => {
      const outcome = outcomes.get(key)
      return outcome?.status === 'completed' ? [[key, outcome.result] as const] : []
    }),
  )
}

function endingOf(
  outcome: Exclude<TaskOutcome, { status: 'completed' }>,
): Extract<RunHappening, { type: 'finished' }>['outcome'] {
  if (outcome.status === 'blocked') return { kind: 'blocked', by: outcome.by }
  const { error } = outcome
  return {
    kind: 'failed',
    code: isSsmError(error) ? error.code : 'UNEXPECTED',
    message: error.message,
  }
}
