import { expect, test } from 'vitest'
import type { SearchPlan } from '../plan.ts'
import { tunerProblems } from './tunable.ts'

const range = { kind: 'range', scale: 'linear', min: 0, max: 1 }
const whole = { ...range, scale: 'int' }
const choice = (count: number): object => ({ kind: 'choice', values: Array.from({ length: count }, (_, index) => index) })
const many = (count: number, domain: object): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, domain]))

const plan = (task: object = {}, more: object = {}): SearchPlan =>
  ({
    task: { image: { kind: 'framework' }, program: { kind: 'code' }, requestOverrides: [], env: {}, ...task },
    over: { kind: 'space', space: { lr: range } },
    by: 'random',
    ...more,
  }) as unknown as SearchPlan
const space = (given: object): object => ({ over: { kind: 'space', space: given } })

test('a search that SageMaker can do has no problem', () => {
  expect(tunerProblems(plan())).toEqual([])
  expect(tunerProblems(plan({ image: { kind: 'uri' }, launch: 'toolkit' }))).toEqual([])
  expect(tunerProblems(plan({ image: { kind: 'uri' }, program: { kind: 'algorithm' } }))).toEqual([])
  const full = { ...many(30, range), w: whole, c: choice(30) }
  expect(tunerProblems(plan({ env: many(40, {}) }, { ...space(full), withinSeconds: 120 }))).toEqual([])
})

test.each<[string, object, object, string, string]>([
  ['an image of one’s own', { image: { kind: 'uri' } }, {}, 'on', 'needs an image whose own program starts the training'],
  ['machines that are kept warm', { keepAliveSeconds: 60 }, {}, 'warm', 'it keeps no machines warm'],
  ['another attempt', { retry: { attempts: 3 } }, {}, 'retry', 'it starts the jobs by itself'],
  ['a bounded wait for spot', { spotWait: { seconds: 60 } }, {}, 'spot', 'its jobs have one way to get machines'],
  ['a certificate', { certifiedOverSeconds: 60 }, {}, 'certifiedOver', 'no certificate is looked for'],
  ['an experiment', { experiment: { name: 'e' } }, {}, 'experiment', 'its jobs belong to no experiment'],
  ['TensorBoard', { tensorboard: true }, {}, 'tensorboard', 'its jobs store nothing for TensorBoard while they run'],
  ['runs on MLflow', { mlflow: { server: 's', log: true } }, {}, 'mlflow', 'its jobs are not logged as runs'],
  ['a request that is changed', { requestOverrides: [1] }, {}, 'request', 'its request is another one'],
  ['many variables', { env: many(41, {}) }, {}, 'env', 'its jobs have at most 48 variables, 8 of them ours'],
  ['a list of variants', {}, { over: { kind: 'list', list: [{}] } }, 'on', 'variants are tried as they are'],
  ['many ranges', {}, space(many(31, range)), 'search', 'has at most 30 ranges of numbers'],
  ['many whole ranges', {}, space(many(31, whole)), 'search', 'has at most 30 ranges of whole numbers'],
  ['many choices', {}, space(many(31, choice(1))), 'search', 'has at most 30 choices'],
  ['a long choice', {}, space({ c: choice(31) }), 'search.c', 'has at most 30 values'],
  ['a grid of a range', {}, { by: 'grid' }, 'search.lr', "a grid of SageMaker's tuner takes choices only"],
  ['a short time', {}, { withinSeconds: 119 }, 'within', 'is at least 120 seconds'],
])("SageMaker's tuner cannot do %s, and the problem says so", (_, task, more, path, message) => {
  expect(tunerProblems(plan(task, more))).toEqual([
    expect.objectContaining({ path, message: expect.stringContaining(message) as string }),
  ])
})
