import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import { jobName } from '../names/job-name.ts'
import type { DistributionSpec } from '../spec/distribution.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { launchSettings, quote } from './launch-settings.ts'

// What no variable and no argument of a process can hold, and what no UTF-8 can.
const sayable = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("'", '"', '$', '`', '\\', '\n', '\t', ' ', '*', ';', '#', '~', '!', '\r'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text)

const spec: TaskSpec = {
  ...taskOf('t'),
  program: { kind: 'code', entry: 'train.py', dependencies: [] },
  image: { kind: 'uri', uri: 'mine:1' },
  spot: false,
}

/** Reads the settings as the launcher does, in a real shell, and tells what arrived. */
function arrived(
  settings: string,
  variables: readonly string[],
): { readonly args: readonly string[]; readonly values: readonly string[] } {
  const values = variables.map((name) => `"$${name}"`).join(' ')
  const script = `SSM_MACHINE_ROOT=/m; eval "$1"; printf '%s\\0' "$#" "$@" ${values}`
  const [count = '', ...texts] = execFileSync('sh', ['-c', script, 'sh', settings], { encoding: 'utf8' }).split('\0').slice(0, -1)
  return { args: texts.slice(0, Number(count)), values: texts.slice(Number(count)) }
}

test('a shell reads a quoted text as the very text', () => {
  fc.assert(
    fc.property(fc.array(sayable, { minLength: 1, maxLength: 20 }), (texts) => {
      const out = execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(quote).join(' ')}`], { encoding: 'utf8' })
      expect(out.split('\0').slice(0, -1)).toEqual(texts)
    }),
    { numRuns: 40 },
  )
})

test('arguments and variables arrive as they were given, whatever is in them', () => {
  const given = fc.record({ args: fc.array(sayable, { maxLength: 5 }), value: sayable })
  fc.assert(
    fc.property(given, ({ args, value }) => {
      const settings = launchSettings({ ...spec, args, hyperparameters: { a: value, 'max-n': 1 } }, jobName('t-1'), 'train.py')
      const seen = arrived(settings, ['SM_HP_A', 'SM_HPS', 'SM_USER_ARGS', 'ssm_run'])
      expect(seen.args).toEqual(['train.py', ...args, '-a', value, '--max-n', '1'])
      expect(seen.values[0]).toBe(value)
      expect(JSON.parse(seen.values[1] ?? '')).toEqual({ a: value, 'max-n': 1 })
      expect(JSON.parse(seen.values[2] ?? '')).toEqual([...args, '-a', value, '--max-n', '1'])
      expect(seen.values[3]).toBe('python')
    }),
    { numRuns: 40 },
  )
})

test('hyperparameters are passed as the toolkit of the images does: -k for one letter, True for Python alone', () => {
  const hyperparameters = { k: 5, lr: 0.5, flag: true, off: false, deep: [true] }
  const args = (more: Partial<TaskSpec>, entry: string | undefined): unknown => {
    const settings = launchSettings({ ...spec, hyperparameters, ...more }, jobName('t-1'), entry)
    return arrived(settings, []).args.slice(1)
  }
  const python = ['-k', '5', '--lr', '0.5', '--flag', 'True', '--off', 'False', '--deep', '[true]']
  expect(args({}, 'train.py')).toEqual(python)
  expect(args({ program: { kind: 'shell', line: 'env', dependencies: [] } }, undefined)).toEqual(
    python.map((word) => ({ True: 'true', False: 'false' })[word] ?? word),
  )
})

test('names that no variable can have reach the program: as arguments and in SM_HPS as they are, in variables with underscores', () => {
  const hyperparameters = { '9': 'n', 'a b': 1, 'optim:lr': 2, 'x[0]': 3, größe: 4, "it's": 5, sagemaker_program: 'x' }
  const seen = arrived(launchSettings({ ...spec, hyperparameters }, jobName('t-1'), 'train.py'), [
    'SM_HPS',
    'SM_HP_A_B',
    'SM_HP_OPTIM_LR',
    'SM_HP_X_0_',
    'SM_HP_GR_SSE',
    'SM_HP_IT_S',
    'SM_HP_9',
    'SM_HP_SAGEMAKER_PROGRAM',
  ])
  expect(seen.args.slice(1)).toEqual(
    Object.entries(hyperparameters).flatMap(([name, value]) => [name === '9' ? '-9' : `--${name}`, String(value)]),
  )
  expect(seen.values).toEqual([JSON.stringify(hyperparameters), '1', '2', '3', '4', '5', 'n', 'x'])
})

test('a distribution reaches the launcher with its settings', () => {
  const names = ['ssm_distribution', 'ssm_processes', 'ssm_mpi_options']
  const values = (distribution: DistributionSpec): readonly string[] =>
    arrived(launchSettings({ ...spec, distribution }, jobName('t-1'), 'train.py'), names).values
  expect(values({ kind: 'torchrun' })).toEqual(['torchrun', '', ''])
  expect(values({ kind: 'mpi', processesPerMachine: 2, mpiOptions: ['-x', "it's a b"] })).toEqual(['mpi', '2', "-x\nit's a b"])
})

test('a channel is found below the root of its machine', () => {
  const inputs = [
    { channel: 'my-data.x', source: { kind: 'local', path: '.' }, distribution: 'FullyReplicated', mode: 'File', unpack: true },
  ] as const
  const seen = arrived(launchSettings({ ...spec, inputs }, jobName('t-1'), 'train.py'), [
    'SM_CHANNEL_MY_DATA_X',
    'SM_CHANNELS',
    'ssm_unpack',
  ])
  expect(seen.values).toEqual(['/m/opt/ml/input/data/my-data.x', '["my-data.x"]', '/opt/ml/input/data/my-data.x'])
})

test.each([
  ['train.py', { kind: 'code', entry: 'train.py', dependencies: [] }, 'python', ['train.py', 'x']],
  ['run.sh', { kind: 'code', entry: 'run.sh', dependencies: [] }, 'script', ['run.sh', 'x']],
  ['run', { kind: 'code', entry: 'run', dependencies: [] }, 'script', ['run', 'x']],
  ['worker.mjs', { kind: 'code', entry: 'worker.ts', dependencies: [] }, 'node', ['worker.mjs', 'x']],
  ['-n.py', { kind: 'code', entry: '-n.py', dependencies: [] }, 'python', ['-n.py', 'x']],
  [undefined, { kind: 'shell', line: 'echo "$1" && ls', dependencies: [] }, 'line', ['echo "$1" && ls', 'x']],
  [undefined, { kind: 'command', argv: ['/bin/bash', '-c'], dependencies: [] }, 'command', ['/bin/bash', '-c', 'x']],
  [
    'clean.py',
    { kind: 'command', argv: ['python3', '-u'], script: 'clean.py', dependencies: [] },
    'command',
    ['python3', '-u', 'clean.py', 'x'],
  ],
] as const)('%s is started as what it is', (entry, program, mode, argv) => {
  const seen = arrived(launchSettings({ ...spec, program, args: ['x'] }, jobName('t-1'), entry), ['ssm_run'])
  expect(seen).toEqual({ args: argv, values: [mode] })
})

test('a shell script gets its arguments alone, and reads hyperparameters from its environment', () => {
  const script = {
    ...spec,
    program: { kind: 'code', entry: 'run.sh', dependencies: [] },
    hyperparameters: { key: 'v' },
    args: ['a'],
  } as const
  const text = launchSettings(script, jobName('t-1'), 'run.sh')
  expect(text).toContain('SM_USER_ARGS=\'["a"]\'')
  expect(text).toMatch(/SM_HP_KEY='?v/)
})

test('a launcher of the user stands in the settings one word a line, and the toolkit of the image in none', () => {
  const lines = (more: Partial<TaskSpec>, packages?: string): readonly string[] =>
    launchSettings({ ...spec, ...more }, jobName('t-1'), 'train.py', packages).split('\n')
  expect(lines({ launch: ['accelerate', 'launch', '-m'] }).join('\n')).toContain("ssm_launch='accelerate\nlaunch\n-m'\n")
  expect(lines({ launch: 'toolkit' }).join('\n')).not.toContain('ssm_launch')
  expect(lines({}, 'abc')).toContain("ssm_packages='abc'")
  expect(lines({}).join('\n')).not.toContain('ssm_packages')
})

test.each([
  ['a.mts', 'node'],
  ['a.cjs', 'node'],
  ['a.tsv', 'script'],
  ['a.js.sh', 'script'],
  ['a.py', 'python'],
  [undefined, 'script'],
])('the entry %s is started as %s', (entry, mode) => {
  const settings = launchSettings(spec, jobName('t-1'), entry)
  expect(arrived(settings, ['ssm_run']).values).toEqual([mode])
})

test('only the ending of a file is no part of its module’s name', () => {
  const settings = launchSettings(spec, jobName('t-1'), 'a.pyx.b.py')
  expect(arrived(settings, ['SM_MODULE_NAME']).values).toEqual(['a.pyx.b'])
})
