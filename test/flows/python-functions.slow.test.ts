import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSsmError, type FunctionFailedError, type RunEvent } from '@simple-sagemaker/core'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { lacking } from '../support/prerequisites.ts'
import { failureOf, ownCache, sandbox, timeout, type Sandbox } from './flow.ts'

ownCache()

const programs = fileURLToPath(new URL('programs', import.meta.url))
const texts = z.array(z.string())
const Measured = z.object({ unit: z.string(), lengths: z.array(z.number()) })

const measuredIn = (place: Sandbox) =>
  place
    .project('p')
    .task('m')
    .pythonFunction('texts.py', 'measured', {
      args: z.tuple([texts, z.object({ unit: z.string().default('m') })]),
      result: Measured,
      sourceDir: programs,
    })

async function failedCalls(work: Promise<unknown>): Promise<FunctionFailedError> {
  const error = await failureOf(work)
  if (isSsmError(error, 'FUNCTION_FAILED')) return error
  throw error
}

const it = test.skipIf(lacking('python3'))

it('a Python function is called with the types of its schemas, and the same call again needs no job', { timeout }, async () => {
  await using place = sandbox()
  const measured = measuredIn(place)
  const value = await measured.call(['a', 'bcd'], {})
  expectTypeOf(value).toEqualTypeOf<{ unit: string; lengths: number[] }>()
  expect(value).toEqual({ unit: 'mm', lengths: [1, 3] })
  const decided: string[] = []
  const onEvent = (event: RunEvent): void => void (event.type === 'decided' && decided.push(event.decision.kind))
  expect(await measured.callWith({ onEvent }, ['a', 'bcd'], { unit: 'm' })).toEqual(value)
  expect(decided).toEqual(['skip'])
})

it('an exception comes back with its name, its message and the stack of the machine', { timeout }, async () => {
  await using place = sandbox()
  const error = await failedCalls(measuredIn(place).call(['a'], { unit: 'none' }))
  expect([error.name, error.message]).toEqual(['LookupError', 'there is no such unit'])
  expect(error.remoteStack).toMatch(/File ".*texts\.py", line \d+, in measured/)
})

it(
  'map makes all calls in one job, in processes, keeps their order, and repeats only those that failed',
  { timeout },
  async () => {
    await using place = sandbox()
    const notes = join(place.folder, 'notes')
    const noted = place
      .project('p')
      .task('n')
      .pythonFunction('texts.py', 'noted', {
        args: z.tuple([z.string(), z.string()]),
        result: z.number(),
        sourceDir: programs,
      })
    const items = ['a', 'bb', 'fails', 'ccc', 'dddd', 'leaves']
    const options = { machines: 2, perMachine: 2, rest: [notes] as [string] }
    const error = await failedCalls(noted.map(items, options))
    expect(error.message.split('\n')).toEqual([
      '2 of 6 items failed in noted:',
      '  item 2: TypeError: fails is refused',
      '  item 5: Error: The process of the call ended with exit code 7',
    ])
    expect(error.values).toEqual([1, 2, undefined, 3, 4, undefined])
    const noted2 = (): readonly string[] => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n').toSorted() : [])
    expect(noted2()).toEqual(items.toSorted())
    await failedCalls(noted.map(items, options))
    expect(noted2()).toEqual([...items, 'fails', 'leaves'].toSorted())
    expect(
      place.jobs(
        place
          .objects()
          .find((name) => name.includes('/n-'))
          ?.split('/')[2] ?? '',
      ),
    ).toHaveLength(2)
  },
)

it(
  'a call is made again when its file or a module that it imports has changed, and not for the same content',
  { timeout },
  async () => {
    await using place = sandbox()
    place.file('work/sizes.py', 'from more import FACTOR\n\ndef size(text):\n    return len(text) * FACTOR, text[:3]\n')
    place.file('work/more.py', 'FACTOR = 2\n')
    const sizes = place
      .project('p')
      .task('s')
      .pythonFunction('sizes.py', 'size', {
        args: z.tuple([z.string()]),
        result: z.tuple([z.number(), z.string()]),
        sourceDir: join(place.folder, 'work'),
      })
    const decided: string[] = []
    const onEvent = (event: RunEvent): void => void (event.type === 'decided' && decided.push(event.decision.kind))
    // More than a request of SageMaker may carry.
    const text = 'größe'.repeat(300_000)
    expect(await sizes.callWith({ onEvent }, text)).toEqual([3_000_000, 'grö'])
    place.file('work/more.py', 'FACTOR = 2\n')
    expect(await sizes.callWith({ onEvent }, text)).toEqual([3_000_000, 'grö'])
    place.file('work/more.py', 'FACTOR = 3\n')
    expect(await sizes.callWith({ onEvent }, text)).toEqual([4_500_000, 'grö'])
    expect(decided).toEqual(['start', 'skip', 'start'])
  },
)

it('a whole number that TypeScript would read as another one is refused, whatever the schema', { timeout }, async () => {
  await using place = sandbox()
  const large = place
    .project('p')
    .task('m')
    .pythonFunction('texts.py', 'large', { args: z.tuple([z.string()]), result: z.any(), sourceDir: programs })
  expect(await large.call('9007199254740991')).toEqual({ deep: [Number.MAX_SAFE_INTEGER] })
  expect((await failedCalls(large.call('1152921504606846976'))).message).toContain(
    "the value that the function gives['deep'][0] is 1152921504606846976, which TypeScript would read as another number",
  )
})

it('arguments of another shape start no job, and values of another shape are named with their place', { timeout }, async () => {
  await using place = sandbox()
  const refused = await failureOf(measuredIn(place).call(['a', 1 as unknown as string], {}))
  expect(refused).toMatchObject({ code: 'TASK_INVALID', message: expect.stringContaining('args[0][1]') as string })
  expect(place.objects()).toEqual([])
  const of = (name: string) =>
    place
      .project('p')
      .task(name)
      .pythonFunction('texts.py', name, { args: z.tuple([]), result: Measured, sourceDir: programs })
  expect((await failedCalls(of('unfit').call())).message).toContain(
    'the value that the function gives is a set, which JSON cannot represent',
  )
  const wrong = await failureOf(of('wrong').call())
  expect(wrong).toMatchObject({ code: 'RESULT_INVALID', message: expect.stringContaining('the value.lengths[0]: ') as string })
})

test.each([
  ['work.ts', 'f', 'must be in a file with the ending .py'],
  ['work.py', 'a b', 'must be the name of a function'],
])('the function %s of %s is refused with what to write', async (file, name, message) => {
  await using place = sandbox()
  const task = place.project('p').task('t')
  const schemas = { args: z.tuple([]), result: z.number() }
  expect(() => task.pythonFunction(file, name, schemas)).toThrow(message)
  expect(() => task.pythonFunction('work.py', 'f', {} as typeof schemas)).toThrow('must say args and result by a Standard Schema')
})
