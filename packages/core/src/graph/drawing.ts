import type { GraphNode } from './order.ts'

/** A graph as plain data. */
export interface GraphData {
  /** The tasks. */
  readonly tasks: readonly {
    /** The task's name. */
    readonly name: string
    /** Its kind. */
    readonly kind: 'training' | 'processing'
  }[]
  /** Which task reads from which. */
  readonly edges: readonly {
    /** The task that is read. */
    readonly from: string
    /** The task that reads. */
    readonly to: string
    /** Which output is read. */
    readonly output: string
    /** The channel it is read as. */
    readonly channel: string
  }[]
}

/** A project's tasks and what flows between them: as data, and as text for people and for Mermaid. */
export interface TaskGraph extends GraphData {
  /** A Mermaid flowchart. */
  mermaid(): string
  /** One line per task with what it reads. */
  text(): string
}

export function drawGraph(nodes: readonly GraphNode[]): TaskGraph {
  const known = new Set(nodes.map(({ spec }) => spec.task as string))
  const tasks = nodes.map(({ spec }) => ({ name: spec.task as string, kind: spec.kind }))
  const edges = nodes.flatMap(({ spec }) =>
    spec.inputs.flatMap(({ channel, source }) => {
      if (source.kind !== 'upstream' && source.kind !== 'task') return []
      const from: string = source.kind === 'upstream' ? source.spec.task : source.task
      return [{ from, to: spec.task, output: source.output, channel }]
    }),
  )
  // A task known by its past only is drawn too: the picture must not lose an arrow.
  const past = [...new Set(edges.map(({ from }) => from))]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, kind: 'training' as const }))
  const data = { tasks: [...past, ...tasks], edges }
  return { ...data, mermaid: () => mermaidOf(data), text: () => textOf(data) }
}

function mermaidOf({ tasks, edges }: GraphData): string {
  const ids = new Map(tasks.map(({ name }, index) => [name, `t${index}`]))
  const boxes = tasks.map(({ name, kind }) =>
    kind === 'training' ? `  ${ids.get(name)}["${name}"]` : `  ${ids.get(name)}(["${name}"])`,
  )
  const arrows = edges.map(({ from, to, output }) => `  ${ids.get(from)} -->|${output}| ${ids.get(to)}`)
  return ['flowchart LR', ...boxes, ...arrows, ''].join('\n')
}

function textOf({ tasks, edges }: GraphData): string {
  const lines = tasks.map(({ name }) => {
    const reads = edges.filter(({ to }) => to === name).map(({ from, output }) => `${from}.${output}`)
    return reads.length === 0 ? name : `${name} ← ${reads.join(', ')}`
  })
  return `${lines.join('\n')}\n`
}
