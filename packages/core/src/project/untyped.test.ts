import { expect, test } from 'vitest'
import { project } from './project.ts'

const open = project('ex')
const ready = open.task('t').shell('true')
const untyped = (value: unknown): never => value as never

test.each([
  ['.request({})', () => ready.request(untyped({})), 'must be a function'],
  ['.with(null)', () => ready.with(untyped(null)), 'must be an object of options'],
  ['.state(null)', () => ready.state(untyped(null)).output('state'), 'must be one of'],
  ['.input.from(null)', () => ready.input.from(untyped(null)), "must be a task's output"],
  ["project('c', null)", () => project('c', untyped(null)), 'must be an object of options'],
  ['.add(null)', () => open.add(untyped(null)), 'must be one task'],
  ['.add([a, b])', () => open.add(untyped([ready, ready])), 'addAll'],
  ['.addAll([null])', () => open.addAll(untyped([null])), 'must be one task'],
] as const)('%s is refused in words', (_, say, words) => {
  expect(say).toThrow(
    expect.objectContaining({ code: 'TASK_INVALID', message: expect.stringContaining(words) as string }) as Error,
  )
})

test.each([
  [{ onEvent: 5 }, 'onEvent must be a function'],
  [{ signal: 5 }, 'signal must be an AbortSignal'],
  [null, 'must be an object of options'],
])('run(%j) is refused in words', async (options, words) => {
  const refusal = { code: 'TASK_INVALID', message: expect.stringContaining(words) as string }
  await expect(ready.run(untyped(options))).rejects.toMatchObject(refusal)
  await expect(ready.start(untyped(options))).rejects.toMatchObject(refusal)
  await expect(open.add(ready).run(untyped(options))).rejects.toMatchObject(refusal)
})
