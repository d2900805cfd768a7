import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { jsonProblem } from '../lang/json-problem.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { TrainingOptions } from '../options/task-options.ts'
import type { TrainingTask } from './grammar/tasks.ts'
import { project } from './project.ts'

const ready = project('ex').task('t').shell('true')

const circle: Record<string, unknown> = { name: 'circle' }
circle['self'] = [circle]
let deep: unknown = 'end'
for (let level = 0; level < 100_000; level++) deep = [deep]
const throwing = (key: string): object =>
  Object.defineProperty({}, key, {
    enumerable: true,
    get: () => {
      throw new RangeError('no such column')
    },
  })
const listThatThrows = ['a', 'b']
Object.defineProperty(listThatThrows, 1, {
  get: () => {
    throw new RangeError('no such column')
  },
})

type Row = readonly [option: keyof TrainingOptions, value: unknown, path: string, message: RegExp]

function untellable(option: 'env' | 'tags' | 'metrics'): readonly Row[] {
  const values = [circle, 1n, Symbol('x'), () => 1, deep]
  return [
    ...values.map((value): Row => [option, { A: value }, `${option}.A`, /must be|a value has/]),
    [option, throwing('A'), `${option}.A`, /cannot be read: no such column/],
  ]
}

const rows: readonly Row[] = [
  ['hyperparameters', { a: circle }, 'hyperparameters.a.self[0]', /holds itself/],
  ['hyperparameters', { a: deep }, 'hyperparameters.a', /too deep/],
  ['hyperparameters', { a: { b: [1n] } }, 'hyperparameters.a.b[0]', /bigint/],
  ['hyperparameters', { a: [Symbol('x')] }, 'hyperparameters.a[0]', /must be text, a number/],
  ['hyperparameters', { a: { b: () => 1 } }, 'hyperparameters.a.b', /must be text, a number/],
  ['hyperparameters', { a: { b: Number.NaN } }, 'hyperparameters.a.b', /NaN/],
  ['hyperparameters', { a: { b: [new Date()] } }, 'hyperparameters.a.b[0]', /instance of Date/],
  ['hyperparameters', { a: new Map([['b', 1]]) }, 'hyperparameters.a', /instance of Map/],
  ['hyperparameters', { a: [new (class Point {})()] }, 'hyperparameters.a[0]', /instance of Point/],
  ['hyperparameters', { a: ['b', undefined] }, 'hyperparameters.a[1]', /undefined in a list: .* use null/],
  ['hyperparameters', throwing('a'), 'hyperparameters.a', /cannot be read: no such column/],
  ['hyperparameters', { a: throwing('b') }, 'hyperparameters.a', /cannot be read: no such column/],
  ...(['env', 'tags', 'metrics'] as const).flatMap((option) => untellable(option)),
  ['args', [circle, 'a'], 'args[0]', /must be a text/],
  ['args', [1n], 'args[0]', /must be a text/],
  ['args', listThatThrows, 'args[1]', /cannot be read: no such column/],
]

test.each(rows)('%s that JSON cannot represent are refused with a path (%#)', async (option, value, path, message) => {
  const task = (ready.with as (options: object) => TrainingTask)({ [option]: value })
  const error: unknown = await task.plan().catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(InvalidTaskError)
  const found = (error as InvalidTaskError).problems.find((each) => each.path === path)
  expect(found?.message).toMatch(message)
  expect(found?.hint ?? '').not.toBe('')
})

test('the message shows what can be shown of a value that holds itself', async () => {
  await expect(ready.hyperparameters({ a: circle as never }).plan()).rejects.toThrow(
    'hyperparameters.a.self[0] holds itself: JSON has no word for that (given: an object that JSON cannot represent)',
  )
})

test('plain objects of another realm, without a prototype and with fields that are not set can be told', () => {
  const realm: unknown = runInNewContext('({ a: { b: [1, { c: "d" }] } })')
  const bare: unknown = Object.assign(Object.create(null), { a: 1 })
  expect(jsonProblem({ realm, bare, unset: { a: undefined, b: null } })).toBeUndefined()
})

test('names that throw when they are read can be added to', async () => {
  const task = ready.hyperparameters({ b: 1 }).hyperparameters(throwing('a') as never)
  await expect(task.plan()).rejects.toMatchObject({ code: 'TASK_INVALID' })
})
