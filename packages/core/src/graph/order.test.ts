import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidTaskError } from '../options/errors.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { drawGraph } from './drawing.ts'
import { graphOf, type GraphNode } from './order.ts'
import { byName, byValue, taskOf } from '../../../../test/support/tasks.ts'

const names = (nodes: readonly GraphNode[]): string[] => nodes.map(({ spec }) => spec.task)

test('a task brings what it needs by value, each once, before itself', () => {
  const prep = taskOf('prep')
  const [left, right] = [taskOf('left', byValue(prep)), taskOf('right', byValue(prep))]
  expect(names(graphOf([taskOf('end', byValue(left), byValue(right))])).sort()).toEqual(['end', 'left', 'prep', 'right'])
})

test('a task given by name is needed when it is there, and else taken from its past', () => {
  const train = taskOf('train', byName('prep'))
  expect(graphOf([train]).map(({ needs }) => needs)).toEqual([[]])
  const both = graphOf([train, taskOf('prep')])
  expect(names(both)).toEqual(['prep', 'train'])
  expect(both[1]?.needs).toEqual([both[0]?.key])
})

test('a task that reads two outputs of another needs it once', () => {
  const prep = taskOf('prep')
  expect(graphOf([taskOf('end', byValue(prep), byValue(prep), byName('prep'))]).at(-1)?.needs).toHaveLength(1)
})

/** Tasks 0…n-1, each reading some of those before it. */
const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 }).map((reads) => {
  const specs: TaskSpec[] = []
  for (const [index, wanted] of reads.entries()) {
    const needs = index === 0 ? [] : [...new Set(wanted.map((number) => number % index))]
    specs.push(
      taskOf(
        `t${index}`,
        ...needs.map((number) => (number % 2 === 0 ? byValue(specs[number] ?? taskOf('?')) : byName(`t${number}`))),
      ),
    )
  }
  return specs
})

test('every task comes once and after everything it needs, in whatever order they are given', () => {
  const shuffled = acyclic.chain((specs) => fc.shuffledSubarray(specs, { minLength: specs.length }))
  fc.assert(
    fc.property(shuffled, (specs) => {
      const nodes = graphOf(specs)
      const place = new Map(nodes.map(({ key }, index) => [key, index]))
      expect(nodes).toHaveLength(specs.length)
      expect(place.size).toBe(specs.length)
      expect(nodes.every((node, index) => node.needs.every((need) => (place.get(need) ?? Infinity) < index))).toBe(true)
    }),
  )
})

test.each([
  [
    ['a', 'b', 'a'],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
  ],
  [
    ['b', 'c', 'd', 'b'],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
      ['d', 'b'],
    ],
  ],
] as const)('a circle is told with its path %j', (path, edges) => {
  const specs = [...new Set(edges.flat())].map((name) =>
    taskOf(name, ...edges.filter(([from]) => from === name).map(([, to]) => byName(to))),
  )
  const said = expect.stringContaining(path.join(' → ')) as string
  expect(() => graphOf(specs)).toThrow(
    expect.objectContaining({ name: 'GraphCycleError', code: 'GRAPH_CYCLE', path, message: said }),
  )
})

test('two different tasks of one name in one graph are refused; the same one described twice is one', () => {
  expect(names(graphOf([taskOf('end', byValue(taskOf('prep')), byValue(taskOf('prep')))]))).toEqual(['prep', 'end'])
  const otherwise = { ...taskOf('prep'), args: ['x'] }
  expect(() => graphOf([taskOf('end', byValue(taskOf('prep')), byValue(otherwise))])).toThrow(InvalidTaskError)
  // One name in two projects is two tasks.
  const elsewhere = { ...taskOf('prep'), project: 'other' as TaskSpec['project'] }
  expect(graphOf([taskOf('end', byValue(taskOf('prep')), byValue(elsewhere))])).toHaveLength(3)
})

test('a task may read by name what it left itself the last time: it does not wait for itself', () => {
  const [node, ...others] = graphOf([taskOf('t', byName('t'))])
  expect(others).toEqual([])
  expect(node).toMatchObject({ needs: [] })
})

test('one function that describes a pipeline may be called again: its tasks are compared once each', () => {
  // Every level reads the one before twice, so that there are 2^60 ways down.
  const described = (): TaskSpec => {
    let last = taskOf('t0')
    for (let level = 1; level < 60; level++) last = taskOf(`t${level}`, byValue(last), byValue({ ...last }))
    return last
  }
  expect(graphOf([described(), taskOf('end', byValue(described()))])).toHaveLength(61)
})

test('a chain of 10,000 tasks is put in order at once', () => {
  let last = taskOf('t0')
  for (let index = 1; index < 10_000; index++) last = taskOf(`t${index}`, byValue(last))
  const nodes = graphOf([last])
  expect(nodes).toHaveLength(10_000)
  expect(nodes[0]?.spec.task).toBe('t0')
  expect(nodes.at(-1)?.spec).toBe(last)
})

test('the picture shows every task and every arrow, and what is known from the past only', () => {
  const prep = taskOf('prep')
  const drawn = drawGraph(graphOf([taskOf('train', byValue(prep), byName('old'))]))
  expect(drawn.edges).toEqual([
    { from: 'prep', to: 'train', output: 'model', channel: 'prep-model-0' },
    { from: 'old', to: 'train', output: 'model', channel: 'old-model-1' },
  ])
  expect(drawn.tasks.map(({ name }) => name).sort()).toEqual(['old', 'prep', 'train'])
  expect(drawn.text()).toContain('train ← prep.model, old.model\n')
  expect(drawn.mermaid()).toMatch(/^flowchart LR\n( {2}t\d\["\w+"\]\n){3}( {2}t\d -->\|model\| t\d\n){2}$/)
})
