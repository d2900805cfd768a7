import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { isSsmError } from '../errors/ssm-error.ts'
import { local } from '../local/index.ts'
import { instanceType } from '../options/machines.ts'
import { taskOptions } from '../options/task-options.ts'
import type { ProcessingTask } from './grammar/tasks.ts'
import { project } from './project.ts'
import { choice, range } from './search/space.ts'

// What a caller without types may give, to everything that a program calls: the functions of `@simple-sagemaker/core/jobs` have a test of their own.

type Called = (...given: readonly unknown[]) => unknown
type Named = readonly [name: string, of: Called]

const root = mkdtempSync(join(tmpdir(), 'ssm-given-'))
afterAll(() => rmSync(root, { recursive: true }))

const open = project('ex', { platform: local({ root }) })
const ready = open.task('t').shell('true')
const metered = ready.metric('loss', /a(b)/)
const ended = { signal: AbortSignal.abort() }
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as never
const called = open.task('f').function(() => Promise.resolve({ x: (given: string): string => given }), 'x', { file: 'x.ts' })
const python = open.task('f').pythonFunction('x.py', 'x', { args: schema, result: schema })

const wrong: readonly unknown[] = [null, 0, 'local', Symbol('name'), [null], { platform: 'local' }, () => undefined]

const methodsOf = (under: string, object: object): readonly Named[] =>
  [...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))]
    .filter((name) => !Object.hasOwn(Object.prototype, name))
    .flatMap((name): readonly Named[] => {
      const of = (object as Readonly<Record<string, unknown>>)[name]
      return typeof of === 'function' ? [[`${under}.${name}`, (...given) => (of as Called).apply(object, [...given])]] : []
    })

const searchIn = (domain: unknown): unknown =>
  metered
    .search({ a: domain } as never)
    .minimize('loss')
    .start(ended)
const everything: readonly Named[] = [
  ['project', project as Called],
  ['instanceType', instanceType as Called],
  ['choice', (...given) => searchIn((choice as Called)(...given))],
  ...Object.entries(range).map(([name, of]): Named => [`range.${name}`, (...given) => searchIn((of as Called)(...given))]),
  ...methodsOf('project', open),
  ...methodsOf('draft', open.task('d')),
  ...methodsOf('processing', open.processing('p')),
  ...methodsOf('task', ready),
  ...Object.keys(taskOptions).map((name): Named => [`task.${name}`, ready[name as 'image'] as Called]),
  ...methodsOf('input', ready.input),
  ...methodsOf('function', called).filter(([name]) => /call|map/.test(name)),
  // Its one argument may be anything.
  ...methodsOf('python', python).filter(([name]) => /callWith|map/.test(name)),
  ...methodsOf('search', metered.search({ a: range.float(0, 1) }).minimize('loss')),
  ...methodsOf('data', open.data('t')),
]

/** What a call came to: of a task its complete form, of a search its start, of a list its first item. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const given = await call()
    const { output, stopEarly, start } = Object(given) as { output?: Called; stopEarly?: Called; start?: Called }
    if (typeof output === 'function') output('state')
    if (typeof stopEarly === 'function') await start?.(ended)
    if (Symbol.asyncIterator in Object(given)) for await (const _ of given as AsyncIterable<unknown>) break
    return undefined
  } catch (cause) {
    return cause
  }
}

const shown = (value: unknown): string => inspect(value, { breakLength: Number.POSITIVE_INFINITY })
const isWritten = (name: string, file: unknown): boolean => /report|download/.test(name) && typeof file === 'string'

const isHelpful = (cause: unknown): boolean => cause === undefined || (isSsmError(cause) && (cause.hint ?? '') !== '')

test.each(everything)('%s answers what it cannot work with by one of our errors, and with a hint', async (name, of) => {
  const unhelpful: string[] = []
  for (const one of wrong.filter((value) => !isWritten(name, value)))
    for (const other of wrong) {
      const cause = await failureOf(() => of(one, other))
      if (!isHelpful(cause)) unhelpful.push(`(${shown(one)}, ${shown(other)}): ${String(cause)}`)
    }
  expect(unhelpful).toEqual([])
})

test.each<readonly [string, () => unknown, string]>([
  ['map of a text', () => called.map('abc' as never), 'map must be a list (given: "abc")'],
  ['a part of a call at once', () => called.map([], { perMachine: 1.5 }), 'perMachine must be a whole number of 1 or more'],
  ['no machine', () => called.map([], { machines: 0 }), 'machines must be a whole number of 1 or more (given: 0)'],
  ['arguments that are no list', () => called.map([], { rest: 'x' } as never), 'rest must be a list (given: "x")'],
  [
    'outputs of a training task',
    () => (ready as unknown as ProcessingTask).outputs({ a: '/opt/ml/processing/a' }),
    'outputs are named by processing',
  ],
  ['tasks that are none', () => open.addAll(null as never), 'addAll must be a list or an object of tasks'],
  ['an algorithm by a number', () => open.task('a').algorithm(5 as never), 'algorithm must be the name of an algorithm'],
])('%s is refused in words', async (_, call, words) => {
  expect(await failureOf(call)).toMatchObject({ code: 'TASK_INVALID', message: expect.stringContaining(words) as string })
})

test.each<readonly [string, () => unknown]>([
  ['signal', () => open.data('t').stop({ sgnal: ended.signal } as never)],
  ['signal', () => open.data('t').jobs({ sgnal: ended.signal } as never)],
  ['signal', () => open.report(join(root, 'r.html'), { sgnal: ended.signal } as never)],
  ['sourceDir', () => open.task('f').pythonFunction('x.py', 'x', { args: schema, result: schema, sourcDir: 'src' } as never)],
  [
    'python',
    () =>
      open
        .task('t')
        .code('t.py')
        .packages('uv.lock', { pyton: '3.12' } as never),
  ],
])('a field that does not exist is refused with the one that was meant: %s', async (meant, call) => {
  expect(await failureOf(call)).toMatchObject({
    code: 'TASK_INVALID',
    hint: expect.stringContaining(`Did you mean ${meant}?`) as string,
  })
})

test('a slip in what says which state is kept, or how many processes there are, is refused', async () => {
  const refusal = (call: () => unknown): Promise<unknown> => failureOf(call)
  expect(await refusal(() => ready.state({ kep: 'same-spec' } as never))).toMatchObject({ code: 'TASK_INVALID' })
  expect(await refusal(() => ready.distribution({ torchrun: { procesesPerMachine: 2 } } as never))).toMatchObject({
    message: expect.stringContaining('has processesPerMachine and options, not procesesPerMachine') as string,
  })
  expect(await refusal(() => ready.distribution({ torch_distributed: { enabled: true, more: 1 } }))).toBeUndefined()
})
