import { beforeAll, expect, test } from 'vitest'
import { compile, type Compiled } from '../support/compiler.ts'

const prelude = `import { project, Secret } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.processing('prep').code('prep.py')
const train = ex.task('train').code('train.py')
const known = project('ex').add(prep).add(train)
const other = known.task('eval').code('eval.py')
interface Lr { lr: number }
declare const schema: { readonly '~standard': { version: 1; vendor: string; validate(value: unknown): { value: Lr }; types?: { input: Lr; output: Lr } } }
`

// What must not compile, and the sentence the compiler must say.
const impossible: readonly (readonly [claim: string, sentence: string, message: string])[] = [
  ['a draft cannot run', `ex.task('t').run()`, `Property 'run' does not exist on type 'TrainingDraft<"t"`],
  ['a draft has no outputs', `ex.task('t').output('model')`, `Property 'output' does not exist on type 'TrainingDraft<"t"`],
  ['a draft cannot be planned', `ex.processing('t').plan()`, `Property 'plan' does not exist on type 'ProcessingDraft<"t"`],
  ['a task has one program', `train.code('x.py')`, `Property 'code' does not exist on type 'TrainingTask<"train"`],
  ['a chain cannot be awaited', `train.then`, `Property 'then' does not exist on type 'TrainingTask<"train"`],
  [
    'a misspelt task',
    `other.input.fromTask('tran', 'model')`,
    `Argument of type '"tran"' is not assignable to parameter of type '"prep" | "train"'`,
  ],
  [
    'a misspelt output',
    `other.input.fromTask('train', 'modle')`,
    `Argument of type '"modle"' is not assignable to parameter of type '"model" | "output" | "source" | "state"'`,
  ],
  [
    'a misspelt output of an open project',
    `train.input.fromTask('x', 'modle')`,
    `Argument of type '"modle"' is not assignable to parameter of type '"model" | "output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, by name',
    `other.input.fromTask('prep', 'model')`,
    `Argument of type '"model"' is not assignable to parameter of type '"output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, by value',
    `prep.output('model')`,
    `Argument of type '"model"' is not assignable to parameter of type '"output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, in its result',
    `void (async () => (await prep.run()).outputs.model)`,
    `Property 'model' does not exist on type`,
  ],
  [
    'spot after a warm pool',
    `train.warm('30 minutes').spot()`,
    `'Explain<"a warm pool keeps on-demand machines: leave out .spot() or .warm()">'`,
  ],
  [
    'a warm pool after spot',
    `train.spot().warm('30 minutes')`,
    `'Explain<"a warm pool keeps on-demand machines: leave out .spot() or .warm()">'`,
  ],
  [
    'a warm pool after spot, on a draft',
    `ex.task('t').spot(true).warm('30 minutes')`,
    `'Explain<"a warm pool keeps on-demand machines: leave out .spot() or .warm()">'`,
  ],
  ['a processing task on spot machines', `prep.spot()`, `Property 'spot' does not exist on type 'ProcessingTask<"prep"`],
  [
    'a processing task on spot machines, as an object',
    `prep.with({ spot: true })`,
    `'spot' does not exist in type 'ProcessingOptions'`,
  ],
  [
    'a processing task with a metric',
    `prep.metric('loss', /(a)/)`,
    `Property 'metric' does not exist on type 'ProcessingTask<"prep"`,
  ],
  [
    'a processing task with metrics',
    `prep.metrics({ loss: '(a)' })`,
    `Property 'metrics' does not exist on type 'ProcessingTask<"prep"`,
  ],
  [
    'a processing task with hyperparameters',
    `prep.hyperparameters({ a: 1 })`,
    `Property 'hyperparameters' does not exist on type 'ProcessingTask<"prep"`,
  ],
  ['a processing task in a warm pool', `prep.warm('1 hour')`, `Property 'warm' does not exist on type 'ProcessingTask<"prep"`],
  ['a processing task with retries', `prep.retries(2)`, `Property 'retries' does not exist on type 'ProcessingTask<"prep"`],
  [
    'a training task with an entrypoint',
    `ex.task('p').entrypoint(['a'])`,
    `Property 'entrypoint' does not exist on type 'TrainingDraft<"p"`,
  ],
  ['an empty entrypoint', `ex.processing('p').entrypoint([])`, `'readonly [string, ...string[]]'`],
  [
    'two inputs in channel data',
    `train.input.local('a').input.local('b')`,
    `'Explain<"channel 'data' has an input already: name this one with { channel: '…' }">'`,
  ],
  [
    'two inputs in a named channel',
    `train.input.local('a', { channel: 'x' }).input.s3('s3://b/k', { channel: 'x' })`,
    `'Explain<"channel 'x' has an input already: name this one with { channel: '…' }">'`,
  ],
  [
    'two inputs in an output’s channel, by value',
    `train.input.fromTask('a', 'model').input.from(train.output('model'))`,
    `Explain<"channel 'model' has an input already: name this one with { channel: '…' }">'`,
  ],
  [
    'two inputs in an output’s channel, by name',
    `train.input.fromTask('a', 'model').input.fromTask('b', 'model')`,
    `'Explain<"channel 'model' has an input already: name this one with { channel: '…' }">'`,
  ],
  [
    'two models',
    `train.input.model('a').input.model('b')`,
    `'Explain<"channel 'model' has an input already: name this one with { channel: '…' }">'`,
  ],
  [
    'two inputs in one channel, on a draft',
    `ex.processing('t').input.local('a').input.local('b')`,
    `'Explain<"channel 'data' has an input already: name this one with { channel: '…' }">'`,
  ],
  ['two tasks of one name', `known.task('train')`, `'Explain<"task 'train' is already part of this project">'`],
  [
    'two tasks of one name and different kinds',
    `known.processing('train')`,
    `'Explain<"task 'train' is already part of this project">'`,
  ],
  ['a task that was added already', `known.add(train)`, `Explain<"task 'train' is already part of this project">'`],
  ['a misspelt outcome', `void (async () => (await known.run()).tasks.tran)`, `Did you mean 'train'?`],
  [
    'a misspelt task to look at',
    `known.data('tran')`,
    `Argument of type '"tran"' is not assignable to parameter of type '"prep" | "train"'`,
  ],
  [
    'a duration without a unit',
    `train.maxRun('24')`,
    `Argument of type '"24"' is not assignable to parameter of type 'Duration'`,
  ],
  ['a misspelt option', `train.with({ sport: true })`, `Did you mean to write 'spot'?`],
  [
    'a framework that is none',
    `train.framework('torch')`,
    `Argument of type '"torch"' is not assignable to parameter of type '"huggingface" | "pytorch" | "sklearn" | "tensorflow" | "xgboost"'`,
  ],
  ['a platform that is none', `project('ex', { platform: 'gcp' })`, `Type '"gcp"' is not assignable to type 'PlatformChoice`],
  [
    'a distribution that is none',
    `train.input.local('d', { distribution: 'Sharded' })`,
    `Type '"Sharded"' is not assignable to type 'Distribution`,
  ],
  ['a wish that is none', `train.run({ skip: 'complete' })`, `Type '"complete"' is not assignable to type '"completed"'`],
  [
    'a hyperparameter of another type than declared',
    `train.hyperparameterSchema(schema).hyperparameters({ lr: 'a' })`,
    `Type 'string' is not assignable to type 'number'`,
  ],
  [
    'a hyperparameter that is missing',
    `train.hyperparameterSchema(schema).hyperparameters({})`,
    `Property 'lr' is missing in type '{}' but required in type 'Lr'`,
  ],
  [
    'a hyperparameter that is not declared',
    `train.hyperparameterSchema(schema).hyperparameters({ lr: 1, momentum: 2 })`,
    `'momentum' does not exist in type`,
  ],
  [
    'a hyperparameter that is no data',
    `train.hyperparameters({ a: () => 1 })`,
    `is not assignable to type 'HyperparameterValue'`,
  ],
  [
    'a secret as an argument',
    `train.args(new Secret('abcd'))`,
    `Argument of type 'Secret' is not assignable to parameter of type 'string'`,
  ],
  [
    'a secret as a tag',
    `train.tag('a', new Secret('abcd'))`,
    `Argument of type 'Secret' is not assignable to parameter of type 'string'`,
  ],
  ['a number as an environment variable', `train.env({ A: 1 })`, `Type 'number' is not assignable to type 'string | Secret'`],
  ['a builder that is changed', `train.name = 'x'`, `Cannot assign to 'name' because it is a read-only property`],
]

const chain = `import { project } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.task('prep').code('prep.py').instances('ml.m5.large', 2).input.local('./data').hyperparameters({ min: 3 })
const train = ex.task('train').spot().code('train.py').input.from(prep.output('model'), { channel: 'words' }).metric('loss', /a(b)/).tag('a', 'b')
const known = ex.add(prep).add(train)
const result = await train.run()
const uri = result.outputs.model
`

/** A project of so many tasks in a chain, each reading the one before it, all known to the project. */
function large(tasks: number): string {
  const one = (index: number): string =>
    `const t${index} = ex.task('t${index}').code('t.py').instances('ml.m5.large', 2).spot().maxRun('2 hours').hyperparameters({ a: ${index} })` +
    (index === 0 ? '' : `.input.from(t${index - 1}.output('model'))`)
  const numbers = Array.from({ length: tasks }, (_, index) => index)
  return [
    `import { project } from '@simple-sagemaker/core'`,
    `const ex = project('ex')`,
    ...numbers.map(one),
    `export const all = ex${numbers.map((index) => `.add(t${index})`).join('')}`,
    `all.task('eval').code('e.py').input.fromTask('t${tasks - 1}', 'model')`,
    '',
  ].join('\n')
}

const impossibleFile = prelude + impossible.map(([, sentence]) => `${sentence}\n`).join('')
const firstLine = prelude.split('\n').length - 1
let compiled: Compiled

beforeAll(() => {
  compiled = compile({ 'impossible.ts': impossibleFile, 'chain.ts': chain, 'one.ts': large(1), 'large.ts': large(200) })
  compiled.problems('impossible.ts')
}, 180_000)

test.each(impossible.map(([claim, sentence, message], index) => ({ claim, sentence, message, line: firstLine + index })))(
  'does not compile: $claim',
  ({ line, message }) => {
    const here = compiled.problems('impossible.ts').filter((problem) => problem.line === line)
    expect(here).toHaveLength(1)
    expect(here[0]?.message).toContain(message)
  },
)

test('nothing but the impossible fails to compile', () => {
  const others = compiled
    .problems('impossible.ts')
    .filter(({ line }) => line < firstLine || line >= firstLine + impossible.length)
  expect(others).toEqual([])
})

test('hovers of a chain stay one line', () => {
  expect(compiled.problems('chain.ts')).toEqual([])
  const places = [
    'prep =',
    'train =',
    'code(',
    'instances(',
    'local(',
    'spot(',
    'metric(',
    'run(',
    'known =',
    'result =',
    'uri =',
  ]
  const hovers = Object.fromEntries(places.map((place) => [place, compiled.hover('chain.ts', place)]))
  expect(hovers['prep =']).toBe(`const prep: TrainingTask<"prep", NoTasks, undefined, AnyHyperparameters, "channel data">`)
  expect(hovers['result =']).toBe(`const result: TaskResult<"model" | "output" | "source" | "state", undefined>`)
  expect(hovers['uri =']).toBe(`const uri: StoredOutput<"model">`)
  expect(Object.entries(hovers).filter(([, text]) => text.includes('\n') || text.length > 350)).toEqual([])
})

test('a project of 200 tasks stays within its budget of types', { timeout: 120_000 }, () => {
  // What every program costs is counted with the first one.
  expect(compiled.problems('one.ts')).toEqual([])
  const before = compiled.instantiations()
  expect(compiled.problems('large.ts')).toEqual([])
  const perTask = (compiled.instantiations() - before) / 200
  expect(perTask).toBeGreaterThan(0)
  expect(perTask).toBeLessThan(460)
})
