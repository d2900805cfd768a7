import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSsmError } from '../../errors/ssm-error.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { Problem } from '../../options/option.ts'
import type { InstanceType } from '../../spec/instance-types.ts'
import type { Duration } from '../../time/duration.ts'
import type { TrainingTask } from '../grammar/tasks.ts'
import { project } from '../project.ts'

const open = project('ex')
const ready = open.task('t').shell('true')
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const

/** All that is wrong with a task, whatever its types say. */
function problemsOf(task: { output(name: 'state'): unknown }): readonly Problem[] {
  try {
    task.output('state')
    return []
  } catch (cause) {
    if (cause instanceof InvalidTaskError) return cause.problems
    throw cause
  }
}

/** As a caller without types says it. */
const untyped = (value: unknown): never => value as never
const loose = (task: object): { readonly input: typeof ready.input } => task as typeof ready

const wrong: readonly (readonly [claim: string, task: { output(name: 'state'): unknown }, path: string, message: RegExp])[] = [
  ['a task name', open.task('a_b').shell('true'), 'task', /must be 1 to 34 letters/],
  ['a task name of many words', open.task('a: b: c').shell('true'), 'task', /must be 1 to 34 letters/],
  ['no program', untyped(open.task('t')), 'code', /is missing/],
  ['an empty entry', open.task('t').code(''), 'code', /must not be empty/],
  ['an empty line', open.task('t').shell('  '), 'shell', /must not be empty/],
  ['an empty entrypoint', open.processing('t').entrypoint(['']), 'entrypoint', /must not be empty/],
  ['a line that ends with CR', open.task('t').shell('a\r\nb'), 'shell', /CR/],
  ['a NUL in a line', open.task('t').shell('a\0b'), 'shell', /NUL/],
  [
    'documents of no channel',
    ready.channelSchema('words', { 'a.json': anything }),
    'channelSchema',
    /'words', which the task does not have/,
  ],
  [
    'documents of no output',
    ready.outputSchema(untyped('state'), { 'a.json': anything }),
    'outputSchema',
    /it has model, output/,
  ],
  [
    'a document elsewhere',
    ready.outputSchema('model', { '../a.json': anything }),
    'outputSchema',
    /names the file '\.\.\/a\.json'/,
  ],
  [
    'a document of another kind',
    ready.outputSchema('model', { 'a.csv': anything }),
    'outputSchema',
    /the ending \.json or \.jsonl/,
  ],
  [
    'a document without a schema',
    ready.outputSchema('model', { 'a.json': untyped({}) }),
    'outputSchema',
    /must have a Standard Schema/,
  ],
  ['a channel name', ready.input.local('d', { channel: 'a b' }), 'input[0].channel', /1 to 64 letters/],
  ['a channel of ours', ready.input.local('d', { channel: 'code' }), 'input[0].channel', /used by this library/],
  ['a channel twice', loose(ready.input.local('a')).input.local('b'), 'input[1].channel', /has an input already/],
  [
    'two channels with one variable',
    ready.input.local('a', { channel: 'a-b' }).input.local('b', { channel: 'a_B' }),
    'input[1].channel',
    /has an input already/,
  ],
  [
    'a distribution',
    ready.input.local('d', { distribution: untyped('Sharded') }),
    'input[0].distribution',
    /one of FullyReplicated, ShardedByS3Key/,
  ],
  ['a mode', ready.input.local('d', { mode: untyped('fast') }), 'input[0].mode', /one of File, FastFile, Pipe/],
  [
    'a mode of processing',
    open
      .processing('t')
      .shell('true')
      .input.local('d', { mode: untyped('FastFile') }),
    'input[0].mode',
    /File or Pipe/,
  ],
  ['a subdir that leaves', ready.input.local('d', { subdir: '../x' }), 'input[0].subdir', /below the source/],
  ['an absolute subdir', ready.input.local('d', { subdir: '/etc' }), 'input[0].subdir', /below the source/],
  ['an unpacked stream', ready.input.local('d', { mode: 'Pipe', unpack: true }), 'input[0].unpack', /needs mode File/],
  ['an empty path', ready.input.local(''), 'input[0].path', /must be a path/],
  ['an address', ready.input.s3('s3://B/k'), 'input[0].uri', /s3:\/\/<bucket>\/<key>/],
  ['an address of a model', ready.input.model('S3://B/k'), 'input[0].uri', /s3:\/\/<bucket>\/<key>/],
  ['an upstream name', ready.input.fromTask('a_b', 'model'), 'input[0].task', /must be 1 to 34 letters/],
  ['an output', ready.input.fromTask('a', untyped('modle')), 'input[0].output', /one of model, output, state, source/],
  [
    'twenty channels',
    Array.from({ length: 20 }).reduce(
      (task: typeof ready, _, index) => untyped(task.input.local('d', { channel: `c${index}` })),
      ready,
    ),
    'input',
    /at most 19 channels/,
  ],
]

test.each(wrong)('%s is refused with its path, its limit and a hint', (_, task, path, message) => {
  const problem = problemsOf(task).find((each) => each.path === path)
  expect(problem?.message).toMatch(message)
  expect(problem?.hint ?? '').not.toBe('')
})

test('whatever is wrong, the advice for it is printed once', () => {
  const twice = wrong.filter(([, task]) => {
    try {
      task.output('state')
      return true
    } catch (cause) {
      const printed = inspect(cause)
      const { hint = '' } = cause as InvalidTaskError
      return hint.split(/(?<=[.?!]) /).some((sentence) => printed.split(sentence).length !== 2)
    }
  })
  expect(twice.map(([claim]) => claim)).toEqual([])
})

test('all that is wrong with names, options, program and inputs is told at once', () => {
  const task = open
    .task('a_b')
    .shell(' ')
    .with({ instanceCount: 0, maxRun: untyped('soon') })
    .input.s3('s3://B')
  expect(problemsOf(task).map(({ path }) => path)).toEqual(['task', 'instanceCount', 'maxRun', 'shell', 'input[0].uri'])
})

test.each([
  [ready.input.s3('arn:aws:s3:::my-bucket/x'), 'Did you mean s3://my-bucket/x?'],
  [ready.input.s3('https://my-bucket.s3.eu-west-1.amazonaws.com/x/y.csv?versionId=1'), 'Did you mean s3://my-bucket/x/y.csv?'],
  [ready.input.s3('https://s3.amazonaws.com/my-bucket/x'), 'Did you mean s3://my-bucket/x?'],
  [ready.input.s3('s3:/my-bucket/x'), 'Did you mean s3://my-bucket/x?'],
  [ready.input.s3('S3://My-Bucket/X'), 'Did you mean s3://my-bucket/X?'],
  [ready.input.s3('https://example.com/x'), 'Download it first'],
  [ready.input.local('arn:aws:s3:::my-bucket/x'), 'Write .input.s3("s3://my-bucket/x").'],
  [ready.input.local('https://my-bucket.s3-eu-west-1.amazonaws.com/x'), 'Write .input.s3("s3://my-bucket/x").'],
  [ready.input.local('https://example.com/x'), 'Download it first'],
  [open.task('t').code('https://example.com/x.py'), 'Download it first'],
  [open.task('t').code('s3:/my-bucket/x.py'), 'Did you mean s3://my-bucket/x.py?'],
  [open.task('t').code('x.py', { sourceDir: 'S3://My-Bucket/x.tar.gz' }), 'Did you mean s3://my-bucket/x.tar.gz?'],
])('an address that is none of S3 is told with what was meant (%#)', (task, hint) => {
  expect(problemsOf(task).map((problem) => problem.hint)).toEqual([expect.stringContaining(hint)])
})

test.each(['./s3:/x', 'C:/data', 'a:b', 'data/https://x'])('%j is a path of this computer', (path) => {
  expect(problemsOf(ready.input.local(path))).toEqual([])
})

test.each([[(value: unknown) => value], [{ parse: () => 1 }], [null], [{ '~standard': null }], ['text']])(
  'what is no schema is refused before a job runs, not when its result is read: %j',
  (schema) => {
    for (const task of [ready.resultSchema(untyped(schema)), ready.hyperparameterSchema(untyped(schema))])
      expect(problemsOf(task)[0]?.message).toBe('must be a Standard Schema')
  },
)

test('the name of a bucket is checked before anything is asked', () => {
  const [problem] = problemsOf(project('ex', { bucket: 'b' }).task('t').shell('true'))
  expect(problem).toMatchObject({ path: 'bucket', message: expect.stringContaining('3 to 63 lower-case letters') as string })
})

test('a misspelt choice of an input is told with what was meant', () => {
  expect(problemsOf(ready.input.local('d', { distribution: untyped('ShardedByS3Keys') }))[0]?.hint).toBe(
    'Did you mean ShardedByS3Key?',
  )
  expect(problemsOf(ready.input.fromTask('a', untyped('modle')))[0]?.hint).toBe('Did you mean model?')
})

test('what is said without types is refused in words, never stumbled over', () => {
  const anything = fc.anything()
  const said = (say: () => { output(name: 'state'): unknown }): boolean => {
    try {
      say().output('state')
      return true
    } catch (cause) {
      return isSsmError(cause)
    }
  }
  fc.assert(
    fc.property(anything, (value) => {
      expect(said(() => open.task('t').code(untyped(value)))).toBe(true)
      expect(said(() => open.task('t').shell(untyped(value)))).toBe(true)
      expect(said(() => open.processing('t').entrypoint(untyped(value)))).toBe(true)
      expect(said(() => ready.input.local(untyped(value)))).toBe(true)
      expect(said(() => ready.input.s3(untyped(value)))).toBe(true)
      expect(
        said(() => ready.input.local('d', untyped({ channel: value, subdir: value, mode: value, contentType: value }))),
      ).toBe(true)
      expect(said(() => ready.input.fromTask(untyped(value), untyped(value)))).toBe(true)
      expect(said(() => open.task(untyped(value)).shell('true'))).toBe(true)
      expect(said(() => project(untyped(value)).task('t').shell('true'))).toBe(true)
    }),
    { numRuns: 200, examples: [[{ toString: undefined }], [[{ toString: undefined }]], [Symbol('name')], [Object.create(null)]] },
  )
})

test('a task cannot be added twice, nor taken for an older one', () => {
  const known = open.add(ready)
  expect(() => known.add(untyped(ready))).toThrow(InvalidTaskError)
  expect(() => known.task(untyped('t'))).toThrow(InvalidTaskError)
  expect(() => known.existing(untyped('t'))).toThrow(InvalidTaskError)
  expect(() => open.add(untyped(open.task('draft')))).toThrow(InvalidTaskError)
})

test('a builder is frozen: a word gives a new one and leaves the old as it was', () => {
  const spotless = ready.onDemand()
  expect(Object.isFrozen(ready.output('state').spec)).toBe(true)
  expect(ready.output('state').spec.spot).toBe(true)
  expect(spotless.output('state').spec.spot).toBe(false)
  expect(ready.output('state').spec).toBe(ready.output('model').spec)
})

test.each([
  ['.input.local("./data")', (task: TrainingTask) => task.input.s3('./data')],
  ['.input.s3("s3://b/k")', (task: TrainingTask) => task.input.local('s3://b/k')],
  ['from 1 to 10000', (task: TrainingTask) => task.instanceCount(-2)],
  ['Did you mean ml.p3.2xlarge?', (task: TrainingTask) => task.instances('p3.2xlarge' as InstanceType)],
  ['Did you mean ml.m5.large?', (task: TrainingTask) => task.instances('ml.m5.lrage' as InstanceType)],
  ["Choose a duration from '1 second' to '28 days'.", (task: TrainingTask) => task.with({ maxRun: '100 days' })],
  ["Write it as '2 hours'.", (task: TrainingTask) => task.with({ maxRun: '2 hrs' as Duration })],
])('the hint names what was meant: %s', (hint, change) => {
  const task = change(project('ex').task('t').code('t.py'))
  expect(() => task.output('model')).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) as string }) as Error)
})
