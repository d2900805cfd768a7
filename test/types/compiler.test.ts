import { beforeAll, expect, test } from 'vitest'
import { compile, type Compiled } from '../support/compiler.ts'
import { largeProject } from './large-project.ts'

const chain = `import { project } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.task('prep').code('prep.py').instances('ml.m5.large', 2).input.local('./data').hyperparameters({ min: 3 })
const train = ex.task('train').spot().code('train.py').input.from(prep.output('model'), { channel: 'words' }).metric('loss', /a(b)/).tag('a', 'b')
const known = ex.add(prep).add(train)
const result = await train.run()
const uri = result.outputs.model
`

let compiled: Compiled

beforeAll(() => {
  compiled = compile({ 'chain.ts': chain, 'one.ts': largeProject(1), 'large.ts': largeProject(200) })
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
  // Machines by type, by a list or by groups are one signature, so that a mistake names what fits and not an overload. Channels are looked up among
  // those that are taken (decision 310).
  expect(perTask).toBeLessThan(480)
})
