import { expect, test } from 'vitest'
import { instanceType } from './machines.ts'
import { spotChoice, spotWaitOf, usualMaxWait } from './spot/spot.ts'
import { taskOptions, type TaskOptionName } from './task-options.ts'

/** What the words behind a flag mean; without any, the flag was given with nothing behind it. */
function read(name: TaskOptionName, ...words: readonly string[]): unknown {
  const { flag } = taskOptions[name] as { readonly flag?: { readonly read: (given: readonly (readonly string[])[]) => unknown } }
  return flag?.read(words.length === 0 ? [] : [words])
}

test.each<[TaskOptionName, readonly string[], unknown]>([
  ['mlflow', [], { uri: '' }],
  ['mlflow', ['https://m.example.com'], { uri: 'https://m.example.com' }],
  ['mlflow', ['https://m.example.com', 'prices', 'first'], { uri: 'https://m.example.com', experiment: 'prices', run: 'first' }],
  [
    'mlflow',
    ['arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/m', 'prices'],
    { trackingArn: 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/m', experiment: 'prices' },
  ],
  ['mlflow', ['{"uri":"https://m.example.com","log":true}'], { uri: 'https://m.example.com', log: true }],
  ['mlflow', ['{"uri":'], { uri: '{"uri":' }],
  ['experiment', [], { name: '' }],
  ['experiment', ['prices'], { name: 'prices' }],
  ['experiment', ['prices', 'first', 'shown'], { name: 'prices', trial: 'first', displayName: 'shown' }],
  ['packages', [], ''],
  ['packages', ['uv.lock'], 'uv.lock'],
  [
    'packages',
    ['uv.lock', '3.12', 'manylinux2014_x86_64'],
    { file: 'uv.lock', python: '3.12', platform: 'manylinux2014_x86_64' },
  ],
  ['distribution', [], ''],
  ['distribution', ['torchrun'], 'torchrun'],
  ['distribution', ['{"mpi": {"enabled": true}}'], { mpi: { enabled: true } }],
  ['distribution', ['{"mpi": '], '{"mpi": '],
])('the flag of %s with %j means %j', (name, words, meant) => {
  expect(read(name, ...words)).toEqual(meant)
})

test('spot alone is a choice, and with more it says when to give up waiting, and what then', () => {
  expect(spotChoice('t', true)).toEqual({ spot: true })
  expect(spotChoice('t', false)).toEqual({ spot: false })
  expect(spotChoice('t', {})).toEqual({ spot: true, spotFallback: 'none' })
  expect(spotChoice('t', { fallback: 'on-demand', after: '2 hours', certified: true })).toEqual({
    spot: true,
    spotFallback: 'on-demand',
    spotAfter: '2 hours',
    certifiedOver: '1 hour',
  })
  expect(spotChoice('t', { certified: '3 hours' })).toMatchObject({ certifiedOver: '3 hours' })
  expect(() => spotChoice('t', { afterwards: 1 } as never)).toThrow('has fallback, after and certified, not afterwards')
  // A program without types may say nothing at all.
  expect(spotChoice('t', null as never)).toEqual({ spot: null })
})

test('a wait that cannot be read counts as the usual one: the option itself is refused elsewhere', () => {
  const options = { spot: true, spotFallback: 'on-demand', maxRun: 'soon' } as const
  expect(spotWaitOf({ ...options, spotAfter: 'soon' as never })).toEqual({ seconds: 7_200, fallback: 'on-demand' })
  expect(usualMaxWait('training', options as never)).toEqual({ seconds: 7_200 })
  expect(spotWaitOf({ spot: true })).toBeUndefined()
})

test('a machine that is known only at run time is checked by its shape and its size', () => {
  for (const machine of ['ml.g5.xlarge', 'local', 'local_gpu']) expect(instanceType(machine)).toBe(machine)
  expect(() => instanceType('g5.xlarge')).toThrow('must be ml.<family>.<size>')
  expect(() => instanceType('ml.g5.huge')).toThrow('there is no size huge')
})
