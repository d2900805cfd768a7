import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSsmError } from '@simple-sagemaker/core'
import { plainName, knownFlags, type CommandSpec } from '../../packages/cli/src/grammar/command.ts'
import { commands, processCommand, runCommand, shellCommand } from '../../packages/cli/src/grammar/tables/commands.ts'
import { parse, type Parsed } from '../../packages/cli/src/grammar/parse.ts'
import { textsOf } from '../../packages/cli/src/grammar/values.ts'

const given = (parsed: Parsed): Record<string, unknown> =>
  Object.fromEntries(
    [...parsed.given].map(([key, all]) => [key, all.map(({ texts, off }) => (texts.length === 0 ? !off : texts))]),
  )
const run = (...argv: readonly string[]): Parsed => parse(runCommand, argv)

function complaint(work: () => unknown): { readonly message: string; readonly hint: string } {
  try {
    work()
  } catch (error) {
    if (isSsmError(error, 'USAGE')) return { message: error.message, hint: error.hint ?? '' }
    throw error
  }
  throw new Error('nothing was wrong')
}

test('short, long, kebab-case and = spellings are one flag', () => {
  const same = [['-p', 'ex'], ['--project_name', 'ex'], ['--project-name', 'ex'], ['--project_name=ex'], ['-pex']]
  for (const argv of same) expect(given(run(...argv))).toEqual({ project: [['ex']] })
})

test('options with several values take what is theirs, and leave what is not', () => {
  const parsed = run(
    '-i',
    'data',
    'ShardedByS3Key',
    '--iis',
    'a',
    's3://b/k',
    'FullyReplicated',
    'sub',
    '--iit',
    'm',
    't1',
    'model',
    '--iis',
    'b',
    's3://b/l',
    '-d',
    'x',
    'y',
    'z',
    '--md',
    'Score',
    'Score=(.*?);',
  )
  expect(given(parsed)).toEqual({
    inputPath: [['data', 'ShardedByS3Key']],
    inputS3: [
      ['a', 's3://b/k', 'FullyReplicated', 'sub'],
      ['b', 's3://b/l'],
    ],
    inputTask: [['m', 't1', 'model']],
    dependencies: [['x', 'y', 'z']],
    metrics: [['Score', 'Score=(.*?);']],
  })
})

test('switches are turned on and off, and the last word counts', () => {
  expect(given(run('--no_spot'))).toEqual({ spot: [false] })
  expect(given(run('--no-spot', '--use_spot_instances'))).toEqual({ spot: [false, true] })
  expect(given(run('--no_network_isolation'))).toEqual({ networkIsolation: [false] })
})

test('what is no option is a hyperparameter, in the order given and spelled as it was', () => {
  const parsed = run('--task_type', '1', '--learning-rate', '-0.1', '--hp', 'image', 'x', '--empty=', '--expr=a=b')
  expect(textsOf(parsed, 'hyperparameters')).toEqual([
    ['task_type', '1'],
    ['learning-rate', '-0.1'],
    ['image', 'x'],
    ['empty', ''],
    ['expr', 'a=b'],
  ])
  expect(parsed.taken).toEqual(['task_type', 'learning-rate', 'empty', 'expr'])
})

test.each([
  ['--insance_count', '2', '--instance_count'],
  ['--instance_cuont', '2', '--instance_count'],
  ['--ouput_path', 'x', '--output_path'],
  ['--framwork', 'x', '--framework'],
])('%s is taken for a slip of the finger, not for a hyperparameter', (flag, value, meant) => {
  const { message, hint } = complaint(() => run(flag, value))
  expect(message).toContain(meant)
  expect(hint).toContain(`--hp ${flag.slice(2)} VALUE`)
})

test.each([
  '--lr',
  '--seed',
  '--epochs',
  '--batch_size',
  '--task_type',
  '--msg',
  '--model',
  '--warmup',
  '--max_iter',
  '--dropout',
  '--hidden-size',
  '--optimizer',
  '--layers',
])('%s is a hyperparameter like any other', (flag) => {
  expect(run(flag, '1').taken).toEqual([flag.slice(2)])
})

test('what follows -- is untouched', () => {
  const rest = ['-p', 'x', '--', '--no-such', '', 'a b', '-0.1', '--cs']
  expect(run('--cs', '--', ...rest)).toMatchObject({ rest, positionals: [] })
  expect(parse(processCommand, ['--code', 'a.py', '--', ...rest]).rest).toEqual(rest)
})

test('a value may be a negative number, hold a space, or be given with = when it begins with a dash', () => {
  expect(given(parse(shellCommand, ['--cmd_line', '-x && y']))).toEqual({ shell: [['-x && y']] })
  expect(given(parse(shellCommand, ['--cmd=--help']))).toEqual({ shell: [['--help']] })
  expect(given(run('--arguments', '-1', '-.5', '-1e-3'))).toEqual({ args: [['-1', '-.5', '-1e-3']] })
  expect(given(run('--env', 'JAVA_OPTS', '-Xmx1g'))).toEqual({ env: [['JAVA_OPTS', '-Xmx1g']] })
})

test.each<[CommandSpec, readonly string[], string, string]>([
  [runCommand, ['-it', 'ml.m5.large'], 'one dash', '--it'],
  [runCommand, ['--flag'], 'without a value', '--'],
  [runCommand, ['--flag', '--ic', '2'], 'without a value', '--flag VALUE'],
  [runCommand, ['-x', '1'], 'no option -x', '--help'],
  [runCommand, ['stray'], 'Unexpected argument "stray"', '--'],
  [runCommand, ['--no_spot=1'], 'a switch', 'alone'],
  [runCommand, ['--tag', 'A'], '--tag needs KEY and VALUE', '--tag KEY VALUE'],
  [runCommand, ['--tag', 'A', '--ic', '2'], '--tag needs', 'KEY VALUE'],
  [runCommand, ['--iit', 'm', 'train'], '--iit needs NAME and TASK and TYPE', '[DISTRIBUTION]'],
  [runCommand, ['-e', '--odd.py'], '-e needs FILE', '-e=--odd.py'],
  [runCommand, ['--lr', '1', '--lr', '2'], 'given twice', 'once'],
  [runCommand, ['--5', '1'], 'cannot be the name', 'letters'],
  [processCommand, ['--lr', '1'], 'no option --lr', '--'],
  [processCommand, ['--entrypont', 'x'], 'no option --entrypont', '--entrypoint'],
  [commands[3], ['--download-modle'], 'no option', '--download_model'],
  [commands[3], ['--', 'x'], 'starts no program', '--help'],
])('%# what is wrong is named, with the way to say it', (command, argv, message, hint) => {
  const found = complaint(() => parse(command, argv))
  expect(found.message).toContain(message)
  expect(found.hint).toContain(hint)
})

test('-e takes several texts in process and one in run', () => {
  expect(
    given(
      parse(
        processCommand,
        ['-e', 'python3', '-u', '--it', 'local'].filter((word) => word !== '-u'),
      ),
    ),
  ).toEqual({ entrypoint: [['python3']], instanceType: [['local']] })
  expect(given(parse(processCommand, ['-e', 'bash', 'x.sh', 'y']))).toEqual({ entrypoint: [['bash', 'x.sh', 'y']] })
  expect(complaint(() => run('-e', 'a.py', 'b.py')).message).toContain('b.py')
})

// Words that are flags, values, both and neither, and anything at all.
const flags = commands
  .flatMap((command) => [...knownFlags(command).keys()])
  .flatMap((name) => (name.length === 1 ? [`-${name}`] : [`--${name}`, `--${name.replaceAll('_', '-')}`, `--${name}=x`]))
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...flags) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '--',
      '-',
      '',
      '-1',
      '-.5',
      'a',
      'a b',
      '--lr',
      '--lr=1',
      '--=',
      '---',
      '-=',
      '--no_',
      '-ab',
      '-v30',
      's3://b/k',
      '--x y',
      '__proto__',
      '--__proto__',
      '--constructor',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map((text) => `--${text}`) },
)

test('no argument vector crashes the parser, and none of its arguments is lost', () => {
  fc.assert(
    fc.property(fc.constantFrom(...commands), fc.array(word, { maxLength: 14 }), (command: CommandSpec, argv) => {
      // A refusal names what it refuses; whatever is understood is all there.
      const parsed = parsedOrRefused(command, argv)
      expect(parsed === 'refused' ? sorted(argv.join('')) : spelledOut(parsed)).toBe(sorted(argv.join('')))
    }),
    { numRuns: 3_000 },
  )
})

function parsedOrRefused(command: CommandSpec, argv: readonly string[]): Parsed | 'refused' {
  try {
    return parse(command, argv)
  } catch (error) {
    if (isSsmError(error, 'USAGE')) return 'refused'
    throw error
  }
}

/** Every letter that went in comes out again: in a value, in the name of a flag, or behind `--`. */
function spelledOut(parsed: Parsed): string {
  const said = [...parsed.given.values()]
    .flat()
    .map(
      ({ spelled, texts }) =>
        spelled + (spelled.startsWith('--') && isTaken(parsed, spelled) ? texts.slice(1).join('') : texts.join('')),
    )
  return sorted([...said, ...parsed.positionals, ...(parsed.rest === undefined ? [] : ['--', ...parsed.rest])].join(''))
}

const isTaken = (parsed: Parsed, spelled: string): boolean => parsed.taken.includes(spelled.slice(2))
const sorted = (text: string): string => text.replaceAll('=', '').split('').sort().join('')

test('names that differ in - and _ alone are one', () => {
  expect(plainName('use-spot-instances')).toBe('use_spot_instances')
})
