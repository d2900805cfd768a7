import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { byName, taskOf } from '../../../../../test/support/tasks.ts'
import type { RunHappening } from '../../events/run-event.ts'
import type { TaskResult } from '../results/task-result.ts'
import { graphOf, type GraphNode } from '../../graph/order.ts'
import { GraphFailedError, type TaskOutcome } from '../results/outcome.ts'
import { runGraph } from './run-graph.ts'

/** A graph by the names of what each task needs. */
const graph = (needs: Readonly<Record<string, readonly string[]>>): readonly GraphNode[] =>
  graphOf(Object.entries(needs).map(([name, needed]) => taskOf(name, ...needed.map(byName))))

interface Seen {
  readonly started: readonly string[]
  readonly ended: readonly string[]
  readonly told: readonly { readonly task: string; readonly happening: RunHappening }[]
  /** The most tasks that ran at one time. */
  readonly most: number
  readonly outcomes: Readonly<Record<string, TaskOutcome>>
}

/** Runs a graph whose tasks take some turns and fail by name; looks at everything. */
async function watched(
  nodes: readonly GraphNode[],
  options: { readonly parallel?: number; readonly failing?: (name: string) => boolean } = {},
): Promise<Seen> {
  const { parallel = 4, failing = () => false } = options
  const seen = { started: [] as string[], ended: [] as string[], told: [] as { task: string; happening: RunHappening }[] }
  let [running, most] = [0, 0]
  const outcomes = await runGraph(nodes, {
    parallel,
    tell: (task, happening) => void seen.told.push({ task, happening }),
    async runOne({ spec, needs }, upstream) {
      seen.started.push(spec.task)
      most = Math.max(most, ++running)
      expect([...upstream.keys()].sort()).toEqual([...needs].sort())
      for (let turns = spec.task.length % 4; turns >= 0; turns--) await turn()
      running--
      seen.ended.push(spec.task)
      if (failing(spec.task)) throw new Error(`${spec.task} broke`)
      return resultOf(spec.task)
    },
  })
  const byTask = nodes.flatMap(({ key, spec }) => {
    const outcome = outcomes.get(key)
    return outcome === undefined ? [] : [[spec.task, outcome] as const]
  })
  return { ...seen, most, outcomes: Object.fromEntries(byTask) }
}

// Nothing of a result but its task is looked at here.
const resultOf = (task: string): TaskResult => ({ task }) as unknown as TaskResult

const statuses = ({ outcomes }: Seen): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(outcomes).map(([name, { status }]) => [name, status]))

test('a task starts when everything it needs has ended, and branches run side by side', async () => {
  const seen = await watched(graph({ prep: [], left: ['prep'], right: ['prep'], end: ['left', 'right'] }))
  expect(seen.started).toEqual(['prep', 'left', 'right', 'end'])
  expect(seen.most).toBe(2)
  expect(statuses(seen)).toEqual({ prep: 'completed', left: 'completed', right: 'completed', end: 'completed' })
})

test('a failure blocks those that need it, through any number of others, and names itself', async () => {
  const seen = await watched(graph({ bad: [], next: ['bad'], far: ['next', 'good'], good: [], alone: ['good'] }), {
    failing: (name) => name === 'bad',
  })
  expect(statuses(seen)).toEqual({ bad: 'failed', next: 'blocked', far: 'blocked', good: 'completed', alone: 'completed' })
  expect(seen.outcomes['far']).toEqual({ status: 'blocked', by: ['bad'] })
  expect(seen.started).not.toContain('next')
  expect(
    seen.told
      .filter(({ happening }) => happening.type === 'finished')
      .map(({ task, happening }) => [task, happening.type === 'finished' && happening.outcome.kind]),
  ).toEqual([
    ['bad', 'failed'],
    ['next', 'blocked'],
    ['far', 'blocked'],
  ])
})

test('a graph that failed is told as one error with all of its outcomes', async () => {
  const { outcomes } = await watched(graph({ bad: [], worse: [], next: ['bad', 'worse'] }), {
    failing: (name) => name !== 'next',
  })
  const error = new GraphFailedError(outcomes)
  expect(error.message).toBe('2 of 3 tasks failed, 1 were blocked by them:\n  bad: bad broke\n  worse: worse broke')
  expect(error).toMatchObject({ code: 'GRAPH_FAILED', outcomes, facts: { blocked: ['next'] } })
  expect(outcomes['next']).toEqual({ status: 'blocked', by: ['bad', 'worse'] })
})

test('of a task whose code throws no error the outcome has one', async () => {
  const thrown = { reason: 'full' }
  const outcomes = await runGraph(graph({ a: [], b: ['a'] }), {
    parallel: 1,
    tell: () => undefined,
    runOne: ({ spec }) => Promise.reject(spec.task === 'a' ? thrown : new Error('not reached')),
  })
  expect([...outcomes.values()]).toEqual([
    { status: 'failed', error: expect.objectContaining({ message: '[object Object] was thrown', cause: thrown }) },
    { status: 'blocked', by: ['a'] },
  ])
  expect(outcomes.values().next().value).toMatchObject({ error: expect.any(Error) })
})

test('no more tasks run at once than are allowed, and as many as are', async () => {
  const wide = graph(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, []])))
  for (const parallel of [1, 3, 50]) expect((await watched(wide, { parallel })).most).toBe(parallel)
})

// 200 tasks in 20 layers of 10: each needs two of the layer before.
const layered: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Array.from({ length: 200 }, (_, index) => {
    const [layer, column] = [Math.floor(index / 10), index % 10]
    return [`t${layer}-${column}`, layer === 0 ? [] : [`t${layer - 1}-${column}`, `t${layer - 1}-${(column + 1) % 10}`]]
  }),
)

/** Everything that needs one of these, however far away. */
function below(failed: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set<string>()
  for (const [name, needs] of Object.entries(layered))
    if (needs.some((need) => failed.has(need) || reached.has(need))) reached.add(name)
  return reached
}

test('200 tasks with failures in the middle: order, limit, blocked set, and what a second run still has to do', async () => {
  const failed = new Set(['t8-3', 't9-9'])
  const nodes = graph(layered)
  const seen = await watched(nodes, { parallel: 7, failing: (name) => failed.has(name) })
  const blocked = below(failed)
  expect(Object.keys(seen.outcomes)).toHaveLength(200)
  expect(seen.most).toBe(7)
  expect(
    Object.entries(statuses(seen))
      .filter(([, status]) => status === 'failed')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...failed].sort())
  expect(
    Object.entries(statuses(seen))
      .filter(([, status]) => status === 'blocked')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...blocked].sort())
  expect(seen.started.filter((name) => blocked.has(name))).toEqual([])
  const ended = new Map(seen.ended.map((name, index) => [name, index]))
  expect(seen.started.every((name) => (layered[name] ?? []).every((need) => ended.has(need)))).toBe(true)
  const again = await watched(nodes, { parallel: 7 })
  expect(new Set(Object.values(statuses(again)))).toEqual(new Set(['completed']))
})

const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .map((reads) =>
    Object.fromEntries(
      reads.map((wanted, index) => [`t${index}`, index === 0 ? [] : [...new Set(wanted.map((number) => `t${number % index}`))]]),
    ),
  )

test('whatever the graph and whoever fails: everything is decided, nothing runs without what it needs, the rest all run', async () => {
  await fc.assert(
    fc.asyncProperty(
      acyclic,
      fc.uniqueArray(fc.nat(24), { maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      async (needs, bad, parallel) => {
        const failing = new Set(bad.map((number) => `t${number}`))
        const seen = await watched(graph(needs), { parallel, failing: (name) => failing.has(name) })
        const status = statuses(seen)
        const isReached = (name: string): boolean => (needs[name] ?? []).every((need) => status[need] === 'completed')
        const wanted = (name: string): string => (isReached(name) ? (failing.has(name) ? 'failed' : 'completed') : 'blocked')
        expect(status).toEqual(Object.fromEntries(Object.keys(needs).map((name) => [name, wanted(name)])))
        expect(seen.most).toBeLessThanOrEqual(parallel)
        expect(new Set(seen.started).size).toBe(seen.started.length)
      },
    ),
    { numRuns: 60 },
  )
})

test('a chain and a star of 10,000 tasks are run in little time', async () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => index)
  const instant = (nodes: readonly GraphNode[]): Promise<ReadonlyMap<string, TaskOutcome>> =>
    runGraph(nodes, {
      parallel: 16,
      tell: () => undefined,
      runOne: (node) => Promise.resolve(resultOf(node.spec.task)),
    })
  const chain = graph(Object.fromEntries(numbers.map((index) => [`t${index}`, index === 0 ? [] : [`t${index - 1}`]])))
  const star = graph(Object.fromEntries(numbers.map((index) => [`t${index}`, index === 0 ? [] : ['t0']])))
  for (const nodes of [chain, star])
    expect([...(await instant(nodes)).values()].every(({ status }) => status === 'completed')).toBe(true)
  const allBad = await runGraph(star, { parallel: 16, tell: () => undefined, runOne: () => Promise.reject(new Error('broke')) })
  expect([...allBad.values()].filter(({ status }) => status === 'blocked')).toHaveLength(9_999)
})
