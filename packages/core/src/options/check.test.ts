import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../secrets/secret.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { optionProblems } from './check.ts'
import { textFor } from '../errors/wording.ts'
import { InvalidTaskError } from './errors.ts'
import { taskOptions, type TaskOptionName, type TrainingOptions } from './task-options.ts'

/** What is wrong, as a program gets to know it. */
const problemsIn = (kind: JobKind, options: TrainingOptions) =>
  optionProblems(kind, options).map(({ place: _, message, ...rest }) => ({ ...rest, message: textFor(message, 'library') }))

/** A value that must be refused, where the problem lies, and what its sentence must say of the limit. */
type Refused = readonly [value: unknown, path: string, limit: RegExp]

const textual = (name: string, longest: number): readonly Refused[] => [
  [5, name, /must be /],
  ['', name, /must be /],
  [null, name, /must be /],
  ['a'.repeat(longest + 1), name, new RegExp(`at most ${longest} characters`)],
]
const switched = (name: string): readonly Refused[] => ['yes', 1, null, {}].map((value) => [value, name, /must be true or false/])
const counted = (name: string, from: number, to: number): readonly Refused[] =>
  [from - 1, to + 1, 1.5, '2', Number.NaN, Number.POSITIVE_INFINITY, null].map((value) => [
    value,
    name,
    new RegExp(`must be a whole number from ${from} to ${to}`),
  ])
const lasting = (name: string, span: RegExp): readonly Refused[] =>
  ['soon', '5', '-1 hours', '99 days', 5, null, {}].map((value) => [value, name, span])
const named = (name: string, most: number): readonly Refused[] => [
  ['a=b', name, /must be an object of names and values/],
  [[['a', 'b']], name, /must be an object of names and values/],
  [null, name, /must be an object of names and values/],
  [
    Object.fromEntries(Array.from({ length: most + 1 }, (_, index) => [`a${index}`, '(x)'])),
    name,
    new RegExp(`at most ${most} entries`),
  ],
]
const listed = (name: string, most: number): readonly Refused[] => [
  ['a', name, /must be a list of texts/],
  [null, name, /must be a list of texts/],
  [['a', 5], `${name}[1]`, /must be a text/],
  [Array.from({ length: most + 1 }, () => 'a'), name, new RegExp(`0 to ${most} entries`)],
]

const namesThatAwsTakes = Object.fromEntries(
  ['a b', 'optim:lr', 'model/lr', 'x[0]', 'größe', '9', '--model_dir', 'sagemaker_program', "it's", 'x'.repeat(256)].map(
    (name) => [name, 'x'.repeat(2_500)],
  ),
)

// Every word has a row: one that is missing does not compile, and fails.
const rows = {
  instanceType: [
    ...textual('instanceType', 64),
    ['m5.large', 'instanceType', /ml\.<family>\.<size>/],
    ['ml.m5', 'instanceType', /ml\.<family>\.<size>/],
  ],
  instanceGroups: [
    ['ml.m5.large', 'instanceGroups', /must be a list of 1 to 5 groups/],
    [[], 'instanceGroups', /1 to 5 groups/],
    [null, 'instanceGroups', /1 to 5 groups/],
    [['a'], 'instanceGroups', /\[0\] must be an object such as/],
    [[{ name: 'a' }], 'instanceGroups', /has group, type and count, not name/],
    [[{ group: 'a b', type: 'ml.m5.large' }], 'instanceGroups', /group as 1 to 64 letters/],
    [[{ group: 'a', type: 'm5.large' }], 'instanceGroups', /ml\.<family>\.<size>/],
    [[{ group: 'a', type: 'ml.m5.large', count: 0 }], 'instanceGroups', /count as a whole number/],
    [
      [
        { group: 'a', type: 'ml.m5.large' },
        { group: 'a', type: 'ml.c5.large' },
      ],
      'instanceGroups',
      /two groups named a/,
    ],
  ],
  fallbackTypes: [
    ...listed('fallbackTypes', 4),
    [['g5.xlarge'], 'fallbackTypes[0]', /ml\.<family>\.<size>/],
    [['local'], 'fallbackTypes[0]', /ml\.<family>\.<size>/],
    [['ml.g4dn.xlarge'], 'fallbackTypes', /needs an instanceType/],
  ],
  instanceCount: counted('instanceCount', 1, 10_000),
  volumeSizeGiB: counted('volumeSizeGiB', 1, 16_384),
  spot: switched('spot'),
  spotFallback: [
    ['later', 'spotFallback', /must be one of none, on-demand/],
    [true, 'spotFallback', /must be one of none, on-demand/],
    [null, 'spotFallback', /must be one of none, on-demand/],
  ],
  certifiedOver: lasting('certifiedOver', /from '0 seconds' to '28 days'/),
  spotAfter: [...lasting('spotAfter', /from '5 minutes' to '30 days'/), ['4 minutes', 'spotAfter', /'5 minutes'/]],
  maxRun: [...lasting('maxRun', /from '1 second' to '28 days'/), ['0 seconds', 'maxRun', /from '1 second'/]],
  maxWait: [
    ...lasting('maxWait', /from '1 second' to '30 days'/),
    ['1 hour', 'maxWait', /no shorter than maxRun \(86400 seconds\)/],
  ],
  warm: [
    ...lasting('warm', /from '1 second' to '6 hours'/),
    ['0 seconds', 'warm', /from '1 second'/],
    ['7 hours', 'warm', /'6 hours'/],
  ],
  retries: counted('retries', 1, 30),
  mlflow: [
    [5, 'mlflow', /must be an object such as/],
    [{}, 'mlflow', /one of trackingArn and uri/],
    [
      { uri: 'https://a.example', trackingArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/x' },
      'mlflow',
      /one of trackingArn and uri/,
    ],
    [{ trackingArn: 'arn:aws:s3:::x' }, 'mlflow', /must have the ARN of an MLflow tracking server/],
    [{ uri: 'mlflow.example.com' }, 'mlflow', /must have an address such as/],
    [{ uri: 'https://me:secret@mlflow.example.com' }, 'mlflow', /without a user or password/],
    [{ uri: 'https://a.example', experiment: '' }, 'mlflow', /a name of 1 to 256 characters on one line as experiment/],
    [{ uri: 'https://a.example', run: 'x'.repeat(257) }, 'mlflow', /a name of 1 to 256 characters on one line as run/],
    [{ uri: 'https://a.example', log: 'yes' }, 'mlflow', /true or false as log/],
    [{ uri: 'databricks:x', log: true }, 'mlflow', /over HTTP alone/],
    [{ uri: 'https://a.example', name: 'x' }, 'mlflow', /has trackingArn, uri, experiment, run, log, not name/],
  ],
  experiment: [
    [5, 'experiment', /must be an object such as/],
    [{}, 'experiment', /at least one of name, trial, displayName, run/],
    [{ name: 'a b' }, 'experiment', /1 to 120 letters, digits and inner hyphens as name/],
    [{ trial: 'x'.repeat(121) }, 'experiment', /1 to 120 letters, digits and inner hyphens as trial/],
    [{ title: 'x' }, 'experiment', /has name, trial, displayName, run, not title/],
  ],
  tensorboard: switched('tensorboard'),
  retry: [
    [5, 'retry', /must be an object such as/],
    [null, 'retry', /must be an object such as/],
    [{}, 'retry', /attempts as a whole number from 2 to 30/],
    [{ attempts: 1 }, 'retry', /attempts as a whole number from 2 to 30/],
    [{ attempts: 31 }, 'retry', /attempts as a whole number from 2 to 30/],
    [{ attempts: 2, on: [] }, 'retry', /at least one cause/],
    [{ attempts: 2, on: ['weather'] }, 'retry', /knows the causes capacity, interruption, internal and exit/],
    [{ attempts: 2, on: ['capacity', undefined] }, 'retry', /not on\[1\]/],
    [{ attempts: 2, on: ['exit 0'] }, 'retry', /exit <1 to 255>/],
    [{ attempts: 2, on: ['exit 256'] }, 'retry', /exit <1 to 255>/],
    [{ attempts: 2, pause: 'soon' }, 'retry', /pause as a duration up to '1 day'/],
    [{ attempts: 2, pause: '2 days' }, 'retry', /pause as a duration up to '1 day'/],
    [{ attempts: 2, when: 'always' }, 'retry', /has attempts, on and pause, not when/],
  ],
  framework: [
    ['torch', 'framework', /must be one of pytorch, tensorflow, sklearn, xgboost, huggingface/],
    ['', 'framework', /one of/],
    [5, 'framework', /one of/],
    [null, 'framework', /one of/],
  ],
  frameworkVersion: [...textual('frameworkVersion', 64), ['2 8', 'frameworkVersion', /a version such as/]],
  pythonVersion: [...textual('pythonVersion', 16), ['3.12', 'pythonVersion', /such as 'py312'/]],
  image: [...textual('image', 255), ['mine latest', 'image', /an image URI/]],
  dockerfile: textual('dockerfile', 65_536),
  packages: [
    ...textual('packages', 4_096),
    ['a.whl', 'packages', /the path of a 'requirements.txt'/],
    [{ file: 'a.txt', python: 'py312' }, 'packages.python', /such as '3.12'/],
    [{ file: 'a.txt', platform: 'linux x' }, 'packages.platform', /a platform tag/],
  ],
  repository: [...textual('repository', 256), ['Mine', 'repository', /lower-case/], ['a//b', 'repository', /lower-case/]],
  localRepository: [...textual('localRepository', 256), ['Mine', 'localRepository', /lower-case/]],
  imageTag: [...textual('imageTag', 128), ['.v1', 'imageTag', /letters, digits/]],
  launch: [
    ['accelerate', 'launch', /must be 'toolkit', or a program/],
    [[], 'launch', /a program and its arguments/],
    [null, 'launch', /must be 'toolkit'/],
    [['a', ''], 'launch', /no empty one/],
    [['a', 'b\nc'], 'launch', /without line ends in \[1\]/],
    [['a', '{node}'], 'launch', /knows \{rank\}.*not \{node\}/],
  ],
  distribution: [
    ['ring', 'distribution', /must be one of torchrun, mpi, parameter_server, multi_worker_mirrored/],
    [null, 'distribution', /one of/],
  ],
  state: [
    ['mine', 'state', /must be one of same-task, same-spec/],
    [null, 'state', /one of/],
  ],
  hyperparameters: [
    ...named('hyperparameters', 100),
    [{ '': 1 }, 'hyperparameters.', /1 to 256 characters/],
    [{ ['x'.repeat(257)]: 1 }, `hyperparameters.${'x'.repeat(257)}`, /1 to 256 characters/],
    ...['a\nb', 'a\0b', 'a\x1b[0m', 'a\u2028b', 'a\x85b'].map((name): Refused => [
      { [name]: 1 },
      `hyperparameters.${name}`,
      /without control characters/,
    ]),
    [{ a: 'x'.repeat(2_501) }, 'hyperparameters.a', /at most 2,500 characters/],
    [{ a: new Secret('hidden') }, 'hyperparameters.a', /a secret never travels/],
    [{ a: { b: [new Secret('hidden')] } }, 'hyperparameters.a.b[0]', /a secret never travels/],
    [{ a: undefined }, 'hyperparameters.a', /JSON/],
    [{ a: () => 1 }, 'hyperparameters.a', /JSON/],
    [{ a: { b: () => 1 } }, 'hyperparameters.a.b', /JSON/],
    [{ a: 1n }, 'hyperparameters.a', /JSON/],
    [{ a: Number.NaN }, 'hyperparameters.a', /NaN/],
    [{ a: [Number.POSITIVE_INFINITY] }, 'hyperparameters.a[0]', /Infinity/],
    [{ a: 'x\0y' }, 'hyperparameters.a', /NUL/],
  ],
  args: [...listed('args', 10_000), [['a\0b'], 'args[0]', /NUL/], [Array.from({ length: 1 }), 'args[0]', /must be a text/]],
  env: [
    ...named('env', 92),
    [{ '1A': 'x' }, 'env.1A', /starts with no digit/],
    [{ SM_HPS: 'x' }, 'env.SM_HPS', /set by the machine itself/],
    [{ SSM_TASK: 'x' }, 'env.SSM_TASK', /set by the machine itself/],
    [{ A: 5 }, 'env.A', /must be a text/],
    [{ A: 'x'.repeat(513) }, 'env.A', /at most 512 characters/],
    [{ A: new Secret('x'.repeat(513)) }, 'env.A', /at most 512 characters/],
  ],
  tags: [
    ...named('tags', 47),
    [{ '': 'x' }, 'tags.', /1 to 128/],
    [{ 'aws:x': 'x' }, 'tags.aws:x', /reserved/],
    [{ 'a!': 'x' }, 'tags.a!', /1 to 128 letters/],
    [{ a: 'x'.repeat(257) }, 'tags.a', /at most 256/],
    [{ a: 5 }, 'tags.a', /at most 256/],
  ],
  metrics: [
    ...named('metrics', 40),
    [{ loss: /loss/ }, 'metrics.loss', /needs a group/],
    [{ loss: 'loss=(' }, 'metrics.loss', /no valid expression: unterminated group/],
    [{ loss: 'text' }, 'metrics.loss', /needs a group/],
    [{ loss: 'loss=([0-9]+' }, 'metrics.loss', /no valid expression/],
    [{ loss: /loss=(.)/i }, 'metrics.loss', /flags i/],
    [{ loss: `(${'x'.repeat(500)})` }, 'metrics.loss', /1 to 500 characters/],
    [{ ['x'.repeat(256)]: '(a)' }, `metrics.${'x'.repeat(256)}`, /1 to 255 characters/],
    [{ loss: 5 }, 'metrics.loss', /1 to 500/],
  ],
  role: [...textual('role', 2_048), ['no role', 'role', /the name or ARN of a role/]],
  outputKmsKey: [...textual('outputKmsKey', 2_048), ['my key', 'outputKmsKey', /the id, ARN or alias of a KMS key/]],
  volumeKmsKey: [...textual('volumeKmsKey', 2_048), ['my key', 'volumeKmsKey', /the id, ARN or alias of a KMS key/]],
  subnets: [
    ...listed('subnets', 16),
    [['my subnet'], 'subnets[0]', /such as 'subnet-0a1b2c3d'/],
    [['subnet-0a'], 'securityGroups', /belong together/],
  ],
  securityGroups: [
    ...listed('securityGroups', 5),
    [['my group'], 'securityGroups[0]', /such as 'sg-0a1b2c3d'/],
    [['sg-0a'], 'subnets', /belong together/],
  ],
  container: switched('container'),
  networkIsolation: switched('networkIsolation'),
  encryptTraffic: switched('encryptTraffic'),
  stateArchive: switched('stateArchive'),
} satisfies Readonly<Record<TaskOptionName, readonly Refused[]>>

const cases = Object.entries(rows).flatMap(([name, refused]) =>
  (refused as readonly Refused[]).map(([value, path, limit], index) => ({ name, index, value, path, limit })),
)

test('every word has a row', () => {
  expect(Object.keys(rows).sort()).toEqual(Object.keys(taskOptions).sort())
})

test.each(cases)('$name refuses bad value $index: path, value, limit and hint are told', ({ name, value, path, limit }) => {
  const problem = problemsIn('training', { [name]: value }).find((each) => each.path === path)
  expect(problem?.message).toMatch(limit)
  expect(problem).toHaveProperty('value')
  expect(problem?.hint ?? '').not.toBe('')
})

test('all that is wrong is told at once, in one error', () => {
  const options = Object.fromEntries(Object.entries(rows).map(([name, refused]) => [name, refused[0]?.[0]]))
  const problems = problemsIn('training', { ...options, sport: true } as TrainingOptions)
  expect(new Set(problems.map(({ path }) => path))).toEqual(new Set([...Object.keys(rows), 'sport']))
  const error = new InvalidTaskError('t', problems)
  expect(problems.filter(({ path, message }) => !error.message.includes(`${path} ${message}`))).toEqual([])
  expect(problems.filter(({ hint = '' }) => error.hint?.includes(textFor(hint, 'library')) !== true)).toEqual([])
  expect(error.problems).toEqual(problems.map(({ hint, ...rest }) => ({ ...rest, hint: textFor(hint ?? '', 'library') })))
  expect(error.code).toBe('TASK_INVALID')
})

test.each([
  [{ spot: true, warm: '1 hour' }, 'warm', /cannot be combined with spot/],
  [{ spot: false, maxWait: '2 days' }, 'maxWait', /applies only with spot/],
  [{ warm: '1 hour', maxWait: '2 days' }, 'maxWait', /applies only with spot/],
  [{ maxRun: '2 days', maxWait: '1 day' }, 'maxWait', /no shorter than maxRun \(172800 seconds\)/],
  [{ spotAfter: '3 days', maxWait: '2 days' }, 'spotAfter', /no longer than maxWait \(172800 seconds\)/],
  [{ warm: '1 hour', spotFallback: 'on-demand' }, 'spotFallback', /cannot be combined with warm/],
  [
    { instanceType: 'ml.g5.xlarge', fallbackTypes: ['ml.g4dn.xlarge'], spotAfter: '9 minutes' },
    'spotAfter',
    /five minutes for each of 2 types/,
  ],
  [{ instanceType: 'ml.g5.xlarge', volumeKmsKey: 'alias/a' }, 'volumeKmsKey', /ml\.g5\.xlarge.*disks of its own/],
  [{ image: 'mine:1', dockerfile: 'RUN a' }, 'image', /cannot be combined with dockerfile/],
  [{ image: 'mine:1', framework: 'pytorch' }, 'framework', /cannot be combined with image/],
  [{ image: 'mine:1', pythonVersion: 'py312' }, 'pythonVersion', /cannot be combined with image/],
] as const)('%j cannot be said together', (options, path, message) => {
  const [problem, ...more] = problemsIn('training', options)
  expect(more).toEqual([])
  expect(problem?.path).toBe(path)
  expect(problem?.message).toMatch(message)
  expect(problem?.hint ?? '').not.toBe('')
})

test.each([
  {},
  { maxWait: '0 minutes', spot: false },
  { warm: '1 hour', spot: false },
  { maxRun: '1 day', maxWait: '1 day' },
  { maxRun: '1 day', spotAfter: '10 minutes', instanceType: 'ml.g5.xlarge', fallbackTypes: ['ml.g4dn.xlarge'] },
  { spot: false, spotFallback: 'on-demand', spotAfter: '1 hour' },
  { subnets: ['subnet-0a'], securityGroups: ['sg-0a'] },
  { instanceType: 'local' },
  { instanceType: 'ml.m5.xlarge', volumeKmsKey: 'alias/a', volumeSizeGiB: 500 },
  { env: { TOKEN: new Secret('hidden') } },
  { metrics: { loss: /loss=(\d+)/g } },
  { metrics: { loss: '(?i)loss=(?P<value>\\d+)' } },
  { env: { SM_LOG_LEVEL: '10', SM_MY_OWN: 'x' } },
  { hyperparameters: namesThatAwsTakes },
  { instanceCount: 101 },
  { spot: undefined, maxRun: undefined },
] as const)('%j is fine', (options) => {
  expect(problemsIn('training', options as TrainingOptions)).toEqual([])
})

test.each(['spot', 'maxWait', 'warm', 'retries', 'instanceGroups', 'distribution', 'hyperparameters', 'metrics'])(
  'a processing task has no option %s, and says so',
  (name) => {
    const [problem] = problemsIn('processing', { [name]: rows[name as TaskOptionName][0]?.[0] })
    expect(problem).toMatchObject({ path: name, message: 'is no option of a processing task' })
    expect(textFor(problem?.hint ?? '', 'library')).toMatch(/\w/)
  },
)

test('a processing job runs 9 days and its variables have 256 characters at most', () => {
  const problems = problemsIn('processing', {
    maxRun: '10 days',
    env: { A: 'x'.repeat(257), B: 'x', C: new Secret('x'.repeat(257)) },
  })
  expect(problems.map(({ path }) => path)).toEqual(['maxRun', 'env.A', 'env.C'])
  expect(problems.every(({ hint }) => hint !== undefined)).toBe(true)
})

test('a misspelt option is told with what was meant, without its value, which may be a secret', () => {
  expect(problemsIn('training', { instancetype: 'ml.m5.large' } as TrainingOptions)).toEqual([
    { path: 'instancetype', value: undefined, message: 'is not an option', hint: 'Did you mean instanceType?' },
  ])
  expect(problemsIn('training', { framework: 'pytorh' } as never)[0]?.hint).toBe('Did you mean pytorch?')
})

test('whatever is given is judged, never stumbled over, and can be told', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
  })
  const options = fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(taskOptions)), fc.string(), fc.constant('__proto__'), fc.constant('toString')),
    anything,
  )
  fc.assert(
    fc.property(fc.constantFrom('training', 'processing'), options, (kind, given) => {
      const problems = problemsIn(kind, given)
      expect(new InvalidTaskError('t', problems).message.length).toBeGreaterThan(0)
      expect(() => JSON.stringify(new InvalidTaskError('t', problems))).not.toThrow()
      expect(problems.every(({ path, message }) => path.length >= 0 && message.length > 0)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a value that cannot be told does not hide what is wrong with it', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const problems = problemsIn('training', {
    hyperparameters: { a: circle, b: 1n as never },
    instanceCount: 5n as never,
  })
  expect(new InvalidTaskError('t', problems).problems).toHaveLength(3)
})

test('every variable of SageMaker that a program is told is refused as its own, with what sets it', () => {
  const page = readFileSync(new URL('../../../../docs/guides/workers.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('<!-- variables -->'), page.indexOf('<!-- /variables -->'))
  const names = [...table.matchAll(/`(SM_[A-Z_]+)(<NAME>)?`/g)].map(
    ([, name = '', more]) => `${name}${more === undefined ? '' : 'X'}`,
  )
  expect(names).toContain('SM_HP_X')
  const taken = names.filter((name) => problemsIn('training', { env: { [name]: 'x' } }).length === 0)
  expect(new Set(taken)).toEqual(new Set(['SM_LOG_LEVEL']))
  expect(textFor(problemsIn('training', { env: { SM_HP_LR: '1' } })[0]?.hint ?? '', 'library')).toContain('.hyperparameters()')
  expect(textFor(problemsIn('training', { env: { SM_CHANNEL_X: '1' } })[0]?.hint ?? '', 'library')).toContain('.input')
})

test.each([
  ['spot', 'training', { spot: true }, /^$/],
  ['spot, the default', 'training', {}, /^$/],
  ['a warm pool', 'training', { spot: false, warm: '1 hour' }, /cannot be combined with warm/],
  ['the first type again', 'training', { spot: false, fallbackTypes: ['ml.g5.xlarge'] }, /names a type twice/],
  ['a process on this computer', 'processing', { instanceType: 'local' }, /needs an instanceType/],
  ['on demand', 'training', { spot: false }, /^$/],
  ['processing', 'processing', {}, /^$/],
] as const)('several types of machines with %s', (_, kind, options, problem) => {
  const found = problemsIn(kind, { instanceType: 'ml.g5.xlarge', fallbackTypes: ['ml.g4dn.xlarge'], ...options })
  expect(found.map(({ path, message }) => `${path} ${message}`).join()).toMatch(problem)
})

test.each<readonly [string, TrainingOptions, string, string]>([
  [
    'a wait that is too short',
    { spot: true, maxRun: '2 hours', maxWait: '1 hour' },
    '--max_wait_mins',
    'must be no shorter than --max_run_mins (7200 seconds)',
  ],
  ['a warm pool of spot machines', { spot: true, warm: '10 minutes' }, '--warm', 'cannot be combined with --spot'],
  ['a variable', { env: { 'A B': 'x' } }, '--env A B', 'a name has letters'],
  ['an option that is none', { instancetype: 'x' } as never, 'instancetype', 'is not an option'],
])('on the command line %s is named by its flags', (_, options, place, message) => {
  const [problem] = optionProblems('training', options)
  expect(textFor(problem?.place ?? '', 'commandLine')).toBe(place)
  expect(textFor(problem?.message ?? '', 'commandLine')).toContain(message)
})

test('a secret that was made of no text is refused by the name of its variable, and shows nothing', () => {
  for (const value of [null, undefined, 5, {}]) {
    const [problem] = problemsIn('training', { env: { TOKEN: new Secret(value as never) } })
    expect(problem).toMatchObject({ path: 'env.TOKEN', message: 'must be a secret of a text' })
    expect(problem?.hint).toContain('a variable that is not set')
  }
  expect(problemsIn('training', { env: { TOKEN: new Secret('') } })).toEqual([])
})
