import { expect, test } from 'vitest'
import { sentFor, specOf } from '../../../../test/support/request-of.ts'
import { InvalidTaskError } from '../options/errors.ts'
import { project } from './project.ts'

const ex = project('ex')
const groups = [
  { group: 'data', type: 'ml.c5.xlarge', count: 2 },
  { group: 'train', type: 'ml.g5.xlarge' },
] as const

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make()
    return []
  } catch (error) {
    if (!(error instanceof InvalidTaskError)) throw error
    return error.problems.map(({ path, message }) => `${path} ${message}`)
  }
}

const task = ex.task('t').code('t.py').instances(groups)

test('groups of machines are numbered together, and the image is for the one with GPUs', () => {
  const spec = specOf(task)
  expect(spec).toMatchObject({ instanceType: 'ml.g5.xlarge', instanceCount: 3 })
  expect(spec.instanceGroups).toEqual([groups[0], { ...groups[1], count: 1 }])
})

test('an input for some groups makes every channel name its groups', () => {
  const { request } = sentFor(
    specOf(task.input.s3('s3://bkt/d/', { channel: 'd', groups: ['data'] }).input.s3('s3://bkt/w/', { channel: 'w' })),
  )
  const channels = (
    request.input as { readonly InputDataConfig: readonly { readonly DataSource: { readonly S3DataSource: object } }[] }
  ).InputDataConfig
  expect(
    channels.map(({ DataSource }) => (DataSource.S3DataSource as { readonly InstanceGroupNames?: unknown }).InstanceGroupNames),
  ).toEqual([['data', 'train'], ['data'], ['data', 'train']])
})

test('a later choice of machines takes the place of groups, and the other way round', () => {
  expect(specOf(task.instances('ml.m5.large', 4))).not.toHaveProperty('instanceGroups')
  expect(specOf(ex.task('t').instances('ml.m5.large', 4).code('t.py').instances(groups)).instanceCount).toBe(3)
})

test('a group that no machine is in is refused, and groups without groups are', () => {
  // @ts-expect-error Type '"dta"' is not assignable to type '"data" | "train"'
  expect(problemsOf(() => specOf(task.input.s3('s3://bkt/d/', { groups: ['dta'] })))).toEqual([
    'input[0].groups must be one of data, train',
  ])
  expect(
    problemsOf(() =>
      specOf(
        ex
          .task('t')
          .code('t.py')
          .input.s3('s3://bkt/d/', { groups: ['data'] }),
      ),
    ),
  ).toEqual(['input[0].groups needs machines in groups'])
  const untyped: { warm(time: string): Parameters<typeof specOf>[0] } = task.onDemand()
  expect(problemsOf(() => specOf(untyped.warm('10 minutes')))).toEqual(['instanceGroups cannot be combined with warm'])
})

test("script mode sends SageMaker's classic hyperparameters, each as JSON, and no entry point", () => {
  const { request } = sentFor(
    specOf(
      ex
        .task('t')
        .code('t.py')
        .launch('toolkit')
        .hyperparameters({ name: 'a b', n: 1, on: true, none: null, list: [1, 'x'] }),
    ),
  )
  const { HyperParameters, AlgorithmSpecification } = request.input as unknown as Readonly<Record<string, object>>
  expect(HyperParameters).toMatchObject({
    name: '"a b"',
    n: '1',
    on: 'true',
    none: 'null',
    list: '[1,"x"]',
    sagemaker_program: '"t.py"',
    sagemaker_submit_directory: '"/opt/ml/input/data/code/sourcedir.tar.gz"',
    sagemaker_container_log_level: '20',
  })
  expect(AlgorithmSpecification).not.toHaveProperty('ContainerEntrypoint')
})

test.each([
  ['a shell line', () => ex.task('t').shell('true').launch('toolkit'), /starts a file of code/],
  ['a program for Node', () => ex.task('t').code('t.ts').launch('toolkit'), /starts \.py and \.sh files/],
  ['arguments', () => ex.task('t').code('t.py').args('a').launch('toolkit'), /no arguments beside hyperparameters/],
  ['packages', () => ex.task('t').code('t.py').packages('uv.lock').launch('toolkit'), /installs a requirements\.txt/],
  [
    'an archive',
    () => ex.task('t').code('t.py').input.s3('s3://bkt/d/', { unpack: true }).launch('toolkit'),
    /unpacks no inputs/,
  ],
  [
    'a processing task',
    () =>
      ex
        .processing('t')
        .code('t.py')
        .launch('toolkit' as never),
    /is for training tasks/,
  ],
  [
    'two launchers',
    () =>
      ex
        .task('t')
        .code('t.py')
        .with({ launch: ['accelerate', 'launch'], distribution: 'torchrun' }),
    /cannot be combined/,
  ],
] as const)('%s cannot have such a launcher', (_, make, said) => {
  expect(problemsOf(() => specOf(make() as never)).join()).toMatch(said)
})
