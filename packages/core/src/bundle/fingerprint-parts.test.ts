import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import { Secret } from '../secrets/secret.ts'
import type { InputSpec, TaskSpec } from '../spec/task-spec.ts'
import { describeChange, describeChanges } from './describe-change.ts'
import { changesBetween, fingerprintOf, fingerprintParts, type FingerprintFacts } from './fingerprint.ts'

const input: InputSpec = {
  channel: 'data',
  source: { kind: 'local', path: './data' },
  distribution: 'FullyReplicated',
  mode: 'File',
  unpack: false,
}
const plain: TaskSpec = {
  ...taskOf('t'),
  program: { kind: 'code', entry: 'train.py', dependencies: [] },
  maxRunSeconds: 86_400,
}
const nothing: FingerprintFacts = { codeFiles: [], entry: 'train.py', inputs: {} }
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
const bare = { kind: 'training', program: '{"run":"train.py"}', image: '{"framework":"pytorch","kind":"framework"}' }

const partsOf = (spec: Partial<TaskSpec> = {}, facts: Partial<FingerprintFacts> = {}) =>
  fingerprintParts({ ...plain, ...spec }, { ...nothing, ...facts })

test('a task of nothing but a program is its kind, its program and its image', () => {
  expect(partsOf()).toStrictEqual(bare)
})

test('a task of everything is these parts, in words that people read', () => {
  const spec: Partial<TaskSpec> = {
    image: { kind: 'dockerfile', source: 'docker', base: { kind: 'framework', framework: 'pytorch', version: '2.8' } },
    inputs: [
      { ...input, subdir: 'x', contentType: 'text/csv', unpack: true, path: '/opt/ml/processing/a' },
      { ...input, channel: 'b' },
    ],
    hyperparameters: { lr: 0.1, 'two words': [1, 'a'] },
    args: ['--raw', 'a b'],
    env: { TOKEN: new Secret('some secret text') },
    distribution: { kind: 'torchrun', processesPerMachine: 4 },
    outputs: { train: '/opt/ml/processing/train' },
  }
  const facts: Partial<FingerprintFacts> = {
    codeFiles: [
      { path: 'train.py', sha256: a, executable: false },
      { path: 'run.sh', sha256: b, executable: true },
    ],
    imageSource: { text: 'FROM x', files: [{ path: 'words.txt', sha256: a, executable: false }] },
    inputs: { data: { '': a, 'x/y.csv': b }, b: { '': 'prep-1/model' }, extra: { '': b } },
    requestOverrides: { VpcConfig: a },
  }
  expect(partsOf(spec, facts)).toStrictEqual({
    ...bare,
    image: '{"base":{"framework":"pytorch","kind":"framework","version":"2.8"},"kind":"dockerfile","source":"FROM x"}',
    'image file words.txt': a,
    'code train.py': a,
    'code run.sh': `${b} executable`,
    'reading of input data': 'FullyReplicated File of folder "x" as "text/csv" unpacked at "/opt/ml/processing/a"',
    'input data': a,
    'input data x/y.csv': b,
    'reading of input b': 'FullyReplicated File',
    'input b': 'prep-1/model',
    'input extra': b,
    'hyperparameter lr': '0.1',
    'hyperparameter two words': '[1,"a"]',
    'order of hyperparameters': 'lr two%20words',
    'argument 1': '--raw',
    'argument 2': 'a b',
    'env TOKEN': '<secret>',
    distribution: 'torchrun {"processesPerMachine":4}',
    'output train': '/opt/ml/processing/train',
    'request VpcConfig': a,
  })
})

test.each([
  [{ kind: 'shell', line: 'sort x' }, '{"line":"sort x"}'],
  [{ kind: 'command', argv: ['python3', '-u'], script: 'clean.py' }, '{"argv":["python3","-u"],"script":"train.py"}'],
  [{ kind: 'algorithm' }, '{"run":"the image itself"}'],
] as const)('the program %j is the part %s', (program, text) => {
  expect(partsOf({ program: program as unknown as TaskSpec['program'] })['program']).toBe(text)
})

test('a name alone says how machines work together, and one hyperparameter has no order', () => {
  expect(partsOf({ distribution: { kind: 'mpi' } })['distribution']).toBe('mpi')
  expect(partsOf({ hyperparameters: { lr: 1 } })).not.toHaveProperty(['order of hyperparameters'])
  expect(partsOf({ hyperparameters: { lr: 1, n: 2 } })['order of hyperparameters']).toBe('lr n')
})

test('the value of a variable is kept as a digest', () => {
  const level = partsOf({ env: { LEVEL: 'info' } })['env LEVEL']
  expect(level).toMatch(/^[0-9a-f]{64}$/)
  expect(partsOf({ env: { LEVEL: 'debug' } })['env LEVEL']).not.toBe(level)
})

test('the order in which parts were gathered changes no fingerprint', () => {
  const parts = { b: '1', a: '2', c: '3', d: '4' }
  const turned = Object.fromEntries(Object.entries(parts).toReversed())
  expect(fingerprintOf(turned)).toBe(fingerprintOf(parts))
  expect(fingerprintOf({ c: '3', a: '2', d: '4', b: '1' })).toBe(fingerprintOf(parts))
})

test('values of up to 120 characters are shown whole', () => {
  const changed = (length: number) => changesBetween({ p: 'x'.repeat(length) }, { p: 'y' })
  expect(changed(120)).toEqual([{ part: 'p', from: 'x'.repeat(120), to: 'y' }])
  expect(changed(121)).toEqual([{ part: 'p', from: `${'x'.repeat(117)}…`, to: 'y' }])
})

test.each([
  [{ part: 'env A', to: 'x' }, 'env A is new'],
  [{ part: 'env A', from: 'x' }, 'env A is gone'],
  [{ part: 'hyperparameter lr', from: '0.1', to: '0.2' }, 'hyperparameter lr from 0.1 to 0.2'],
  [{ part: 'code train.py', from: a, to: b }, 'code train.py'],
  [{ part: 'image', from: `x@${a}`, to: 'y' }, `image from x@${a} to y`],
  [{ part: 'program', from: '{"run":"a.py"}', to: '{"run":"b.py"}' }, 'entry from a.py to b.py'],
  [{ part: 'program', from: '{"line":"a"}', to: '{"line":"b"}' }, 'command line from a to b'],
  [{ part: 'program', from: '{"line":"a"}', to: '{"run":"b.py"}' }, 'program from the command line "a" to b.py'],
  [
    { part: 'program', from: '{"line":"a\\nb"}', to: '{"line":"c"}' },
    'program from the command line "a\\nb" to the command line "c"',
  ],
  [{ part: 'program', from: '{"line":"cut…', to: '{"line":"c"}' }, 'program from {"line":"cut… to the command line "c"'],
  [
    { part: 'program', from: '{"line":"a","line":7}', to: '{"line":"c"}' },
    'program from {"line":"a","line":7} to the command line "c"',
  ],
  [{ part: 'program', from: '{"argv":["a"]}', to: '{"argv":["b"]}' }, 'program from a to b'],
  [
    { part: 'program', from: '{"argv":["python3","-u"],"script":"a.py"}', to: '{"argv":["/bin/sh","-c","a b"]}' },
    'program from python3 -u a.py to /bin/sh -c "a b"',
  ],
  [
    { part: 'program', from: '{"run":"w.ts","function":"f"}', to: '{"line":"a"}' },
    'program from f of w.ts to the command line "a"',
  ],
  [
    { part: 'image', from: '{"framework":"sklearn","kind":"framework"}', to: '{"kind":"uri","uri":"mine:1"}' },
    'image from sklearn to mine:1',
  ],
  [
    {
      part: 'image',
      from: '{"framework":"pytorch","kind":"framework","python":"py312","version":"2.8"}',
      to: '{"kind":"other"}',
    },
    'image from pytorch 2.8 py312 to {"kind":"other"}',
  ],
  [
    {
      part: 'image',
      from: '{"algorithm":"kmeans","kind":"algorithm","version":"1"}',
      to: '{"base":{},"kind":"dockerfile","source":"FR…',
    },
    'image from kmeans 1 to a Dockerfile',
  ],
  [
    {
      part: 'image',
      from: '{"base":{},"kind":"dockerfile","source":"FROM a"}',
      to: '{"base":{},"kind":"dockerfile","source":"FROM b"}',
    },
    'image',
  ],
])('the change %j is told as: %s', (change, words) => {
  expect(describeChange(change)).toBe(words)
})

test('what starts the program, which function is called, and which machines get an input are parts of a task', () => {
  expect(partsOf({ launch: 'toolkit' })).toStrictEqual({ ...bare, launch: 'toolkit' })
  expect(partsOf({ launch: ['accelerate', 'launch'] })).toStrictEqual({ ...bare, launch: '["accelerate","launch"]' })
  expect(
    partsOf({ program: { kind: 'code', entry: 'work.ts', dependencies: [], exported: 'embed' } }, { entry: 'work.mjs' }),
  ).toStrictEqual({
    ...bare,
    program: '{"run":"work.mjs","function":"embed"}',
  })
  expect(partsOf({ inputs: [{ ...input, groups: ['data', 'train'] }] }, { inputs: { data: { '': a } } })).toStrictEqual({
    ...bare,
    'reading of input data': 'FullyReplicated File for data, train',
    'input data': a,
  })
})

test('the order of hyperparameters is told only when they are the same ones', () => {
  const ordered = (text: string) => ({ 'order of hyperparameters': text })
  expect(changesBetween(ordered('a b'), ordered('b a'))).toHaveLength(1)
  expect(changesBetween(ordered('a b'), ordered('a c'))).toEqual([])
  expect(changesBetween({}, ordered('a b'))).toEqual([])
  expect(changesBetween(ordered('a b'), {})).toEqual([])
})

test('an input that is new or gone is told once; one that changed, by what changed of it', () => {
  const facts = { 'input c': a, 'input c bytes': '1', 'input c objects': '1', 'reading of input c': 'File', 'input cd': a }
  const told = (before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>) =>
    describeChanges(changesBetween(before, now))
  expect(told({}, facts)).toEqual(['input c is new', 'input cd is new'])
  expect(told(facts, { 'input cd': b })).toEqual(['input c is gone', 'input cd'])
  expect(told(facts, { ...facts, 'input c': b, 'input c bytes': '2' })).toEqual(['input c', 'input c bytes from 1 to 2'])
})
