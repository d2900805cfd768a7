import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import { projectName } from '../names/task-name.ts'
import { Secret } from '../secrets/secret.ts'
import type { HyperparameterValue, TaskSpec } from '../spec/task-spec.ts'
import { describeChange } from './describe-change.ts'
import { changesBetween, fingerprintOf, fingerprintParts, type FingerprintFacts } from './fingerprint.ts'

const plain: TaskSpec = {
  ...taskOf('t'),
  program: { kind: 'code', entry: 'train.py', dependencies: [] },
  inputs: [
    { channel: 'data', source: { kind: 'local', path: './data' }, distribution: 'FullyReplicated', mode: 'File', unpack: false },
    {
      channel: 'words',
      source: { kind: 'task', task: 'prep', output: 'model' },
      distribution: 'FullyReplicated',
      mode: 'File',
      unpack: false,
    },
  ],
  maxRunSeconds: 86_400,
  hyperparameters: { lr: 0.1, order: 'lr', deep: { a: [1] } },
  args: ['--raw', 'a b'],
  env: { LEVEL: 'info', TOKEN: new Secret('first-secret') },
  tags: { team: 'vision' },
  metrics: { loss: 'loss=(.*)' },
}
const found: FingerprintFacts = {
  codeFiles: [
    { path: 'train.py', sha256: 'a'.repeat(64), executable: false },
    { path: 'lib/x.py', sha256: 'b'.repeat(64), executable: false },
  ],
  entry: 'train.py',
  inputs: { data: { '': 'c'.repeat(64) }, words: { '': 'prep model of job prep-1' } },
}

const of = (spec: Partial<TaskSpec> = {}, facts: Partial<FingerprintFacts> = {}): string =>
  fingerprintOf(fingerprintParts({ ...plain, ...spec }, { ...found, ...facts }))
const changes = (spec: Partial<TaskSpec>, facts: Partial<FingerprintFacts> = {}): readonly string[] =>
  changesBetween(fingerprintParts(plain, found), fingerprintParts({ ...plain, ...spec }, { ...found, ...facts })).map(
    describeChange,
  )

const seconds = fc.integer({ min: 1, max: 1e6 })
const word = fc.stringMatching(/^[a-z]{1,8}$/)

test('machines, prices, limits, tags, roles, keys, networks and places change nothing', () => {
  const elsewhere = fc.record({
    project: word.map(projectName),
    prefix: word,
    bucket: word,
    instanceType: word,
    instanceCount: seconds,
    volumeSizeGiB: seconds,
    spot: fc.boolean(),
    maxRunSeconds: seconds,
    maxWaitSeconds: seconds,
    keepAliveSeconds: seconds,
    retries: seconds,
    retry: fc.record({ attempts: seconds, on: fc.constant(['capacity' as const]), pauseSeconds: seconds }),
    tags: fc.dictionary(word, word),
    metrics: fc.dictionary(word, word),
    role: word,
    outputKmsKey: word,
    volumeKmsKey: word,
    subnets: fc.array(word),
    securityGroups: fc.array(word),
    encryptTraffic: fc.boolean(),
    givenOptions: fc.array(word),
  })
  fc.assert(fc.property(elsewhere, (other) => of(other) === of()))
})

test('the value of a secret changes nothing; that there is one does', () => {
  expect(of({ env: { LEVEL: 'info', TOKEN: new Secret('another-secret') } })).toBe(of())
  expect(of({ env: { LEVEL: 'info' } })).not.toBe(of())
  expect(JSON.stringify(fingerprintParts(plain, found))).not.toContain('first-secret')
})

test('where the files of an input lie, and in which order files were found, changes nothing', () => {
  const [data, words] = plain.inputs
  if (data === undefined || words === undefined) throw new Error('no inputs')
  expect(of({ inputs: [{ ...data, source: { kind: 'local', path: '/elsewhere/data' } }, words] })).toBe(of())
  expect(of({}, { codeFiles: [...found.codeFiles].reverse() })).toBe(of())
  expect(of({}, { inputs: Object.fromEntries(Object.entries(found.inputs).reverse()) })).toBe(of())
  expect(of({ program: { kind: 'code', entry: '/elsewhere/train.py', dependencies: ['/lib'] } })).toBe(of())
})

const sentences: readonly (readonly [string, Partial<TaskSpec>, Partial<FingerprintFacts>, readonly string[]])[] = [
  [
    'one byte of one file',
    {},
    { codeFiles: [{ path: 'train.py', sha256: 'd'.repeat(64), executable: false }, ...found.codeFiles.slice(1)] },
    ['code train.py'],
  ],
  [
    'a file that may be executed',
    {},
    { codeFiles: found.codeFiles.map((file) => ({ ...file, executable: true })) },
    ['code lib/x.py', 'code train.py'],
  ],
  ['a file that is gone', {}, { codeFiles: found.codeFiles.slice(0, 1) }, ['code lib/x.py is gone']],
  [
    'a file that is new',
    {},
    { codeFiles: [...found.codeFiles, { path: 'new.py', sha256: 'e'.repeat(64), executable: false }] },
    ['code new.py is new'],
  ],
  ['another entry', {}, { entry: 'eval.py' }, ['entry from train.py to eval.py']],
  [
    'another kind of program',
    { program: { kind: 'shell', line: 'true', dependencies: [] } },
    {},
    ['program from train.py to the command line "true"'],
  ],
  ['one byte of an input', {}, { inputs: { ...found.inputs, data: { '': 'f'.repeat(64) } } }, ['input data']],
  [
    'one upstream job',
    {},
    { inputs: { ...found.inputs, words: { '': 'prep model of job prep-2' } } },
    ['input words from prep model of job prep-1 to prep model of job prep-2'],
  ],
  ['one hyperparameter', { hyperparameters: { ...plain.hyperparameters, lr: 0.2 } }, {}, ['hyperparameter lr from 0.1 to 0.2']],
  [
    'a text for a number',
    { hyperparameters: { ...plain.hyperparameters, lr: '0.1' } },
    {},
    ['hyperparameter lr from 0.1 to "0.1"'],
  ],
  [
    'a hyperparameter called order',
    { hyperparameters: { ...plain.hyperparameters, order: 'other' } },
    {},
    ['hyperparameter order from "lr" to "other"'],
  ],
  [
    'the order of hyperparameters',
    { hyperparameters: { order: 'lr', lr: 0.1, deep: { a: [1] } } },
    {},
    ['order of hyperparameters from lr order deep to order lr deep'],
  ],
  [
    'a hyperparameter more, and no word of the order',
    { hyperparameters: { first: 1, ...plain.hyperparameters } },
    {},
    ['hyperparameter first is new'],
  ],
  [
    'hyperparameters where there were several',
    { hyperparameters: { lr: 0.1 } },
    {},
    ['hyperparameter deep is gone', 'hyperparameter order is gone'],
  ],
  ['one argument', { args: ['--raw', 'a  b'] }, {}, ['argument 2 from a b to a  b']],
  ['one argument more', { args: ['--raw', 'a b', ''] }, {}, ['argument 3 is new']],
  ['one argument in two', { args: ['--raw', 'a', 'b'] }, {}, ['argument 2 from a b to a', 'argument 3 is new']],
  ['an environment variable', { env: { ...plain.env, LEVEL: 'debug' } }, {}, ['env LEVEL']],
  [
    'the version of the image',
    { image: { kind: 'framework', framework: 'pytorch', version: '2.6' } },
    {},
    ['image from pytorch to pytorch 2.6'],
  ],
  [
    'a last word on the request',
    {},
    { requestOverrides: { HyperParameters: 'a'.repeat(64) } },
    ['request HyperParameters is new'],
  ],
  ['the distribution of frameworks', { distribution: { kind: 'multi_worker_mirrored' } }, {}, ['distribution is new']],
  ['how many processes a machine runs', { distribution: { kind: 'mpi', processesPerMachine: 2 } }, {}, ['distribution is new']],
  [
    'how an input is shared',
    { inputs: plain.inputs.map((input) => ({ ...input, distribution: 'ShardedByS3Key' as const })) },
    {},
    [
      'reading of input data from FullyReplicated File to ShardedByS3Key File',
      'reading of input words from FullyReplicated File to ShardedByS3Key File',
    ],
  ],
  [
    'a part of an input',
    { inputs: plain.inputs.map((input) => ({ ...input, subdir: 'a' })) },
    {},
    [
      'reading of input data from FullyReplicated File to FullyReplicated File of folder "a"',
      'reading of input words from FullyReplicated File to FullyReplicated File of folder "a"',
    ],
  ],
  [
    'an archive that is unpacked',
    { inputs: plain.inputs.map((input) => ({ ...input, unpack: true })) },
    {},
    [
      'reading of input data from FullyReplicated File to FullyReplicated File unpacked',
      'reading of input words from FullyReplicated File to FullyReplicated File unpacked',
    ],
  ],
]

test.each(sentences)('%s makes another run, and is named', (_, spec, facts, said) => {
  expect(of(spec, facts)).not.toBe(of())
  expect(changes(spec, facts)).toEqual(said)
})

test('training and processing, a shell line and a script, are never the same', () => {
  const programs: readonly TaskSpec['program'][] = [
    plain.program,
    { kind: 'shell', line: 'train.py', dependencies: [] },
    { kind: 'command', argv: ['train.py'], dependencies: [] },
    { kind: 'command', argv: [], script: 'train.py', dependencies: [] },
    { kind: 'algorithm' },
  ]
  const all = (['training', 'processing'] as const).flatMap((kind) => programs.map((program) => of({ kind, program })))
  expect(new Set(all).size).toBe(all.length)
})

test('where a built image is pushed to changes nothing, what it is built from does', () => {
  const base = { kind: 'framework', framework: 'pytorch' } as const
  const one = of({ image: { kind: 'dockerfile', source: 'RUN a', base } })
  expect(
    of({ image: { kind: 'dockerfile', source: 'RUN a', base, repository: 'mine', localRepository: 'here', tag: 'v1' } }),
  ).toBe(one)
  expect(of({ image: { kind: 'dockerfile', source: 'RUN b', base } })).not.toBe(one)
})

const values: fc.Arbitrary<HyperparameterValue> = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue() as fc.Arbitrary<HyperparameterValue>,
)
const names = fc.stringMatching(/^[a%ß ][A-Za-z0-9_.:[ -]{0,12}$/)
const parameters = fc.record({
  hyperparameters: fc.dictionary(names, values, { noNullPrototype: true }),
  args: fc.array(fc.string()),
  env: fc.dictionary(names, fc.string(), { noNullPrototype: true }),
})

test('two tasks have one fingerprint exactly when their parameters are the same, in the same order', () => {
  const said = ({ hyperparameters, args, env }: Pick<TaskSpec, 'hyperparameters' | 'args' | 'env'>): string =>
    JSON.stringify([Object.entries(hyperparameters), args, Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))])
  fc.assert(fc.property(parameters, parameters, (one, other) => (said(one) === said(other)) === (of(one) === of(other))))
  fc.assert(fc.property(parameters, (one) => of(one) === of(JSON.parse(JSON.stringify(one)) as typeof one)))
})

test('changes between two tasks are empty exactly when their fingerprints are equal', () => {
  fc.assert(
    fc.property(
      parameters,
      parameters,
      (one, other) =>
        (changes(one).length === 0) === (of(one) === of()) &&
        (of(one) === of(other)) ===
          (changesBetween(fingerprintParts({ ...plain, ...one }, found), fingerprintParts({ ...plain, ...other }, found))
            .length ===
            0),
    ),
  )
})

test('a long value is shortened where it is shown', () => {
  const [line = ''] = changes({ args: ['--raw', 'x'.repeat(10_000)] })
  expect(line.length).toBeLessThan(300)
})
