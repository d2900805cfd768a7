import { beforeAll, expect, test } from 'vitest'
import { compile, type Compiled } from '../support/compiler.ts'

const chain = `import { project } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.task('prep').code('prep.py').instances('ml.m5.large', 2).input.local('./data').hyperparameters({ min: 3 })
const train = ex.task('train').spot().code('train.py').input.from(prep.output('model'), { channel: 'words' }).metric('loss', /a(b)/).tag('a', 'b')
const known = ex.add(prep).add(train)
const result = await train.run()
const uri = result.outputs.model
`

/** A project of so many tasks in a chain, each reading the one before it, that came to know them in one of three ways. */
function large(tasks: number, how: 'add' | 'list' | 'object' = 'add'): string {
  const one = (index: number): string =>
    `const t${index} = ex.task('t${index}').code('t.py').instances('ml.m5.large', 2).spot().maxRun('2 hours').hyperparameters({ a: ${index} })` +
    (index === 0 ? '' : `.input.from(t${index - 1}.output('model'))`)
  const numbers = Array.from({ length: tasks }, (_, index) => index)
  const names = numbers.map((index) => `t${index}`)
  const added = {
    add: names.map((name) => `.add(${name})`).join(''),
    list: `.addAll([${names.join(', ')}])`,
    object: `.addAll({ ${names.join(', ')} })`,
  }
  return [
    `import { project } from '@simple-sagemaker/core'`,
    `const ex = project('ex')`,
    ...numbers.map(one),
    `export const all = ex${added[how]}`,
    `all.task('eval').code('e.py').input.fromTask('t${tasks - 1}', 'model')`,
    '',
  ].join('\n')
}

const ways = ['add', 'list', 'object'] as const
const thousands = Object.fromEntries(ways.map((how) => [`thousand-${how}.ts`, large(1000, how)]))
let compiled: Compiled

beforeAll(() => {
  compiled = compile({ 'chain.ts': chain, 'one.ts': large(1), 'large.ts': large(200), ...thousands })
  compiled.problems('chain.ts')
}, 180_000)

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
  expect(hovers['prep =']).toBe(`const prep: TrainingTask<"prep", "hyperparameters" | "open" | "channel data">`)
  expect(hovers['known =']).toBe(`const known: Project<"prep" | "train" | "(metric loss of train)", never>`)
  expect(hovers['result =']).toBe(`const result: TaskResult<"model" | "output" | "source" | "state", undefined, "loss">`)
  expect(hovers['uri =']).toBe(`const uri: StoredOutput<"model">`)
  expect(Object.entries(hovers).filter(([, text]) => text.includes('\n') || text.length > 300)).toEqual([])
})

test('a project of 200 tasks stays within its budget of types', { timeout: 120_000 }, () => {
  // What every program costs is counted with the first one.
  expect(compiled.problems('one.ts')).toEqual([])
  const before = compiled.counts().instantiations
  expect(compiled.problems('large.ts')).toEqual([])
  const perTask = (compiled.counts().instantiations - before) / 200
  expect(perTask).toBeGreaterThan(0)
  // Machines by type, by a list or by groups are one signature, so that a mistake names what fits and not an overload.
  expect(perTask).toBeLessThan(475)
})

test.each(ways)('each of 1 000 tasks costs no more types than each of 200, by %s', { timeout: 240_000 }, (how) => {
  // What every program costs is counted with the first one.
  expect(compiled.problems('one.ts')).toEqual([])
  const before = compiled.counts()
  expect(compiled.problems(`thousand-${how}.ts`)).toEqual([])
  const after = compiled.counts()
  expect((after.instantiations - before.instantiations) / 1000).toBeLessThan(460)
  expect((after.types - before.types) / 1000).toBeLessThan(160)
})
