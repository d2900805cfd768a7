import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidTaskError } from '../options/errors.ts'
import { project } from './project.ts'

const prep = project('ex').processing('prep').code('prep.py')

function problemsOf(make: () => { output(name: 'output'): unknown }): readonly string[] {
  try {
    make().output('output')
    return []
  } catch (error) {
    if (!(error instanceof InvalidTaskError)) throw error
    return error.problems.map(({ path, message }) => `${path} ${message}`)
  }
}

const refused: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['a path outside', { train: '/opt/ml/model' }, /outputs.train must be a folder below \/opt\/ml\/processing\//],
  ['the folder itself', { train: '/opt/ml/processing/' }, /must be a folder below/],
  ['a way out', { train: '/opt/ml/processing/../model' }, /must be a folder below/],
  ['the code', { train: '/opt/ml/processing/input' }, /one folder with the code/],
  [
    'one inside another',
    { a: '/opt/ml/processing/x', b: '/opt/ml/processing/x/y/' },
    /outputs.b lies in one folder with output a/,
  ],
  ['a name of ours', { state: '/opt/ml/processing/x' }, /every processing task has/],
  ['a name that is none', { 'a b': '/opt/ml/processing/x' }, /needs a name/],
  ['two names of one variable', { 'a-b': '/opt/ml/processing/x', A_B: '/opt/ml/processing/y' }, /SSM_OUTPUT_A_B/],
]

test.each(refused)('an output is refused for %s', (_, outputs, message) => {
  const said = problemsOf(() => prep.outputs(outputs))
  expect(said.join('; ')).toMatch(message)
})

test('a ninth output is one too many for SageMaker', () => {
  const outputs = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`o${index}`, `/opt/ml/processing/o${index}`]))
  expect(problemsOf(() => prep.outputs(outputs))).toEqual(['outputs has at most 8 outputs'])
})

test('two inputs, or an input and an output, cannot lie in one folder', () => {
  const path = '/opt/ml/processing/x'
  const said = problemsOf(() =>
    prep.input
      .local('a', { channel: 'a', path })
      .input.local('b', { channel: 'b', path })
      .outputs({ c: `${path}/c` }),
  )
  expect(said).toEqual([
    'input[1].path lies in one folder with input a, /opt/ml/processing/x: neither may be inside the other',
    'outputs.c lies in one folder with input a, /opt/ml/processing/x: neither may be inside the other',
  ])
})

test('an input may lie around the code and around others, as public scripts have it', () => {
  const path = '/opt/ml/processing/input'
  expect(problemsOf(() => prep.input.local('a', { channel: 'a', path }).input.local('b', { channel: 'b' }))).toEqual([])
})

test('a training task says where SageMaker puts its channels', () => {
  const task = project('ex').task('t').code('t.py')
  // @ts-expect-error a training task has no paths
  const said = problemsOf(() => task.input.local('a', { path: '/opt/ml/processing/x' }))
  expect(said.join()).toContain('/opt/ml/input/data/<channel>')
})

test('folders beside each other are taken, whatever their names', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}[a-z0-9]$/)
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), (names) => {
      const outputs = Object.fromEntries(names.map((folder, index) => [`o${index}`, `/opt/ml/processing/kept/${folder}`]))
      expect(problemsOf(() => prep.outputs(outputs))).toEqual([])
    }),
  )
})
