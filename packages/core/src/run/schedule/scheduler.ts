import type { GraphNode } from '../../graph/order.ts'

/** What a scheduler knows of a task's end. */
export type TaskEnding = { readonly kind: 'completed' | 'failed' } | { readonly kind: 'blocked'; readonly by: readonly string[] }

/** A task that cannot run, and the tasks at fault by name. */
export interface Blocked {
  readonly node: GraphNode
  readonly by: readonly string[]
}

/** Which tasks of a graph may start now, and which never will. Does nothing itself: it is told what ended. */
export class Schedule {
  readonly #waiting: ReadonlyMap<string, Set<string>>
  readonly #dependants: ReadonlyMap<string, readonly GraphNode[]>
  readonly #names: ReadonlyMap<string, string>
  readonly #endings = new Map<string, TaskEnding>()
  readonly #ready: GraphNode[]
  #taken = 0

  constructor(nodes: readonly GraphNode[]) {
    this.#waiting = new Map(nodes.map((node) => [node.key, new Set(node.needs)]))
    this.#dependants = dependantsOf(nodes)
    this.#names = new Map(nodes.map((node) => [node.key, node.spec.task as string]))
    this.#ready = nodes.filter((node) => node.needs.length === 0)
  }

  /** The next task that may start, in the order in which they became ready. */
  take(): GraphNode | undefined {
    return this.#ready[this.#taken] === undefined ? undefined : this.#ready[this.#taken++]
  }

  /** Notes how a task ended. Gives the tasks that can never run because of it, the nearest first. */
  end(node: GraphNode, kind: 'completed' | 'failed'): readonly Blocked[] {
    const blocked: Blocked[] = []
    const ended: { readonly node: GraphNode; readonly ending: TaskEnding }[] = [{ node, ending: { kind } }]
    // It grows while it is read: whoever needs a blocked task is blocked, too.
    for (const { node: over, ending } of ended) {
      this.#endings.set(over.key, ending)
      for (const dependant of this.#dependants.get(over.key) ?? []) {
        const needs = this.#waiting.get(dependant.key)
        needs?.delete(over.key)
        if (needs?.size !== 0) continue
        const by = this.#atFault(dependant)
        if (by.length === 0) this.#ready.push(dependant)
        else {
          blocked.push({ node: dependant, by })
          ended.push({ node: dependant, ending: { kind: 'blocked', by } })
        }
      }
    }
    return blocked
  }

  /** The tasks at fault, not the ones between: a chain of blocked tasks names the one that failed. */
  #atFault(node: GraphNode): readonly string[] {
    const names = node.needs.flatMap((key) => {
      const ending = this.#endings.get(key)
      if (ending?.kind === 'blocked') return ending.by
      return ending?.kind === 'failed' ? [this.#names.get(key) ?? key] : []
    })
    return [...new Set(names)]
  }
}

function dependantsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const dependants = new Map<string, GraphNode[]>(nodes.map(({ key }) => [key, []]))
  for (const node of nodes) for (const need of node.needs) dependants.get(need)?.push(node)
  return dependants
}
