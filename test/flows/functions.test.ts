import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { isSsmError, type FunctionFailedError, type RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { failureOf, ownCache, sandbox, timeout } from './flow.ts'

ownCache()

const file = 'test/flows/programs/texts.ts'
const load = () => import('./programs/texts.ts')
/** What `same` takes and gives is only known to the tests. */
interface Loose {
  same(value: string): string
}

const linesIn = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').toSorted() : []

async function failedCalls(work: Promise<unknown>): Promise<FunctionFailedError> {
  const error = await failureOf(work)
  if (isSsmError(error, 'FUNCTION_FAILED')) return error
  throw error
}

test('a function is called on a machine, and the same call again needs no job', { timeout }, async () => {
  await using place = sandbox()
  const measured = place.project('p').task('m').function(load, 'measured', { file })
  const wanted = { unit: 'mm', lengths: [1, 3] }
  expect(await measured.call(['a', 'bcd'], { unit: 'm' })).toEqual(wanted)
  const decided: string[] = []
  const onEvent = (event: RunEvent): void => void (event.type === 'decided' && decided.push(event.decision.kind))
  expect(await measured.callWith({ onEvent }, ['a', 'bcd'], { unit: 'm' })).toEqual(wanted)
  expect(decided).toEqual(['skip'])
})

test('an error comes back with its name, its message and the stack of the machine', { timeout }, async () => {
  await using place = sandbox()
  const error = await failedCalls(place.project('p').task('m').function(load, 'measured', { file }).call(['a'], { unit: 'none' }))
  expect([error.name, error.message]).toEqual(['RangeError', 'there is no such unit'])
  expect(error.remoteStack).toMatch(
    /RangeError: there is no such unit\n +at .*measured .*texts\.ts:\d+:[\s\S]*caused by: Error: units are letters/,
  )
  expect(error.cause).toMatchObject({ name: 'RangeError', message: 'there is no such unit' })
})

test.each([1, 2])(
  'a promise that is never settled is told as the end of its call, %i at once',
  { timeout },
  async (perMachine) => {
    await using place = sandbox()
    const unsettled = place.project('p').task('u').function(load, 'unsettled', { file })
    const error = await failedCalls(unsettled.map(['a', 'never', 'never again', 'b'], { perMachine }))
    const never =
      "Error: the function's promise was never settled: nothing was left to wait for, and neither resolve() nor reject() had been called"
    expect(error.message.split('\n').slice(1)).toEqual([`  item 1: ${never}`, `  item 2: ${never}`])
    expect(error.values).toEqual(['a', undefined, undefined, 'b'])
    const decided: string[] = []
    const onEvent = (event: RunEvent): void =>
      void (event.type === 'decided' && event.decision.kind === 'start' && decided.push(event.decision.because))
    await failedCalls(unsettled.map(['a', 'never', 'never again', 'b'], { perMachine, onEvent }))
    expect(decided).toEqual(['calls that threw are made again'])
  },
)

test('map makes all calls in one job, keeps their order, names those that fail and repeats only these', { timeout }, async () => {
  await using place = sandbox()
  const notes = join(place.folder, 'notes')
  const noted = place.project('p').task('n').function(load, 'noted', { file })
  const items = ['a', 'bb', 'fails', 'ccc', 'dddd', 'leaves']
  const options = { machines: 2, perMachine: 2, rest: [notes] as [string] }
  const error = await failedCalls(noted.map(items, options))
  expect(error.message.split('\n')).toEqual([
    '2 of 6 items failed in noted:',
    '  item 2: TypeError: fails is refused',
    '  item 5: Error: The thread of the call ended with exit code 7',
  ])
  expect(error.values).toEqual([1, 2, undefined, 3, 4, undefined])
  expect(linesIn(notes)).toEqual(items.toSorted())
  expect((await failedCalls(noted.map(items, options))).failed.map(({ item }) => item)).toEqual([2, 5])
  expect(linesIn(notes)).toEqual([...items, 'fails', 'leaves'].toSorted())
})

test('after a machine died in the middle, only the items that had not ended are called again', { timeout }, async () => {
  await using place = sandbox()
  const notes = place.file('notes', '')
  const mortal = place.project('p').task('n').function(load, 'mortal', { file })
  const items = ['a', 'bb', 'dies', 'ccc']
  expect((await failureOf(mortal.map(items, { rest: [notes] }))).code).toBe('JOB_FAILED')
  expect(await mortal.map(items, { rest: [notes] })).toEqual([1, 2, 4, 3])
  expect(linesIn(notes)).toEqual([...items, 'dies'].toSorted())
})

test('what JSON can say crosses unchanged, there and back', { timeout }, async () => {
  await using place = sandbox()
  const values = fc.sample(fc.jsonValue(), { numRuns: 200, seed: 17 }).map((value) => JSON.parse(JSON.stringify(value)) as string)
  const same = place
    .project('p')
    .task('s')
    .function(load as unknown as () => Promise<Loose>, 'same', { file })
  expect(await same.map(values)).toEqual(values)
})

test('what cannot cross, and a function that is not there, are refused before a job', { timeout }, async () => {
  await using place = sandbox()
  const draft = place.project('p').task('s')
  const same = draft.function(load as unknown as () => Promise<Loose>, 'same', { file })
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [new Date(), /argument 1 is a Date/],
    [{ a: [new Map()] }, /argument 1\.a\[0\] is a Map/],
    [[undefined], /argument 1\[0\] is undefined/],
    [() => 1, /argument 1 is/],
    [Number.NaN, /argument 1 is NaN/],
    [JSON.parse('{"a":{"__proto__":{}}}'), /argument 1\.a has a key "__proto__"/],
  ]
  for (const [value, message] of cases)
    await expect(same.call(value as string)).rejects.toMatchObject({
      code: 'TASK_INVALID',
      message: expect.stringMatching(message) as unknown,
    })
  const missing = draft.function(load, 'measured', { file: 'test/flows/programs/none.ts' })
  await expect(missing.call([], { unit: 'a' })).rejects.toThrow(/none\.ts.*is not there|is not there/)
  const long = place.project('p').task('a'.repeat(30)).function(load, 'measured', { file })
  await expect(long.call([], { unit: 'a' })).rejects.toThrow(/at most 23 characters/)
  expect(await same.map([])).toEqual([])
  // Without types a function may be run.
  await expect((same as unknown as { run(): Promise<unknown> }).run()).rejects.toThrow(/function is called, not run/)
})
