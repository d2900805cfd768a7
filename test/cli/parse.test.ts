import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSsmError } from '@simple-sagemaker/core'
import { taskOptions } from '@simple-sagemaker/core/options'
import {
  optionsOfCommand,
  knownFlags,
  ordinaryWords,
  plainName,
  withValues,
  type CommandSpec,
} from '../../packages/cli/src/grammar/command.ts'
import { commands, processCommand, runCommand, shellCommand } from '../../packages/cli/src/grammar/tables/commands.ts'
import { originalNames } from '../../packages/cli/src/grammar/tables/original.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import type { Parsed } from '../../packages/cli/src/grammar/parsed.ts'
import { checkValues, hyperparametersOf, textsOf, valuesOf } from '../../packages/cli/src/grammar/values.ts'
import { compat } from '../../packages/cli/src/grammar/compat.ts'
import { runPolicyOf } from '../../packages/cli/src/task/policy.ts'

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
  '--model_dir',
  '--subnet',
  '--optim:lr',
  '--größe',
  '--x[0]',
  '--9',
  '--warmup',
  '--max_iter',
  '--dropout',
  '--hidden-size',
  '--optimizer',
  '--layers',
])('%s is a hyperparameter like any other', (flag) => {
  expect(run(flag, '1').taken).toEqual([flag.slice(2)])
})

test('the beginning of a name of the original is that name, and is said', () => {
  for (const argv of [['--max_r', '15'], ['--max-r=15'], ['--max_run_m', '15']]) {
    const parsed = run(...argv)
    expect(given(parsed)).toEqual({ maxRun: [['15']] })
    expect(parsed.notes).toEqual([`${argv[0]?.split('=')[0]} is read as --max_run_mins`])
  }
  expect(given(run('--output', 'out', '--bucket', 'b', '--task', 'x', '--model', 'm'))).toEqual({
    outputPath: [['out']],
    bucket: [['b']],
    task: [['x']],
    modelUri: [['m']],
  })
})

test('of what is given twice the last one counts, and is said', () => {
  const parsed = run('--lr', '1', '-d', 'a', '-e', 'a.py', '--lr', '2', '-e', 'b.py', '-d', 'b', 'c', '--ic', '2', '--ic', '2')
  expect(given(parsed)).toEqual({
    hyperparameters: [['lr', '2']],
    dependencies: [['b', 'c']],
    entry: [['b.py']],
    instanceCount: [['2']],
  })
  expect(parsed.notes).toEqual([
    'the hyperparameter lr is given twice: "2", the last value, counts',
    '-e is given twice: the last value, b.py, counts',
    '-d is given twice: the last value, b c, counts',
    '--ic is given twice: the last value, 2, counts',
  ])
  expect(given(parse(processCommand, ['--arguments', 'a', '--arguments', 'b']))).toEqual({ args: [['b']] })
})

test('of --clean_state and --keep_state the later one counts', () => {
  const policy = (...argv: readonly string[]): unknown => runPolicyOf(compat(run(...argv)).parsed)
  expect(policy('--cs', '--ks')).toEqual({ skip: 'completed' })
  expect(policy('--ks', '--cs')).toEqual({ clean: true })
})

test('an option that the original did not have yields to a hyperparameter of its name where its value does not fit', () => {
  const parsed = run('--version', '3', '--verbose', '1', '--spot', '1', '--env', 'prod', '--json=x', '--ic', '2')
  expect(parsed.taken).toEqual(['version', 'verbose', 'spot', 'env', 'json'])
  expect(textsOf(parsed, 'hyperparameters').map(([name, value]) => `${name}=${value}`)).toEqual([
    'version=3',
    'verbose=1',
    'spot=1',
    'env=prod',
    'json=x',
  ])
  expect(given(run('--env', 'A', 'b', '--spot'))).toEqual({ env: [['A', 'b']], spot: [true] })
})

test.each([
  [['--region', 'eu'], 'region eu'],
  [['--platform', 'x'], 'platform x'],
  [['--retries', 'many'], 'retries many'],
  [['--warm', 'yes'], 'warm yes'],
])('%s cannot be the option, and the other reading is named', (argv, reading) => {
  expect(complaint(() => checkValues(runCommand, run(...argv))).hint).toContain(`--hp ${reading}`)
})

test.each([
  [['--role', 'user'], '--role user', '--role=user'],
  [['--retries', '3'], '--retries 3', '--retries=3'],
  [['--retry', '3'], '--retry 3', '--retry=3'],
  [['--packages', 'numpy'], '--packages numpy', '--packages=numpy'],
  [['--profile', 'p'], '--profile p', '--profile=p'],
  [['--warm', '5'], '--warm 5', '--warm=5'],
  [['--subnets', 'a', 'b'], '--subnets a b', '--subnets=a --subnets=b'],
  [['--image', 'cat'], '--image cat', '--image=cat'],
  [['--python', '3'], '--python 3', '--python=3'],
])('%s could be the option or a hyperparameter, and is refused with both readings', (argv, typed, option) => {
  const refused = complaint(() => checkValues(runCommand, run(...argv)))
  expect(refused.message).toContain(`${typed} can be read in two ways: ${option} is the option of ssm, --hp ${typed.slice(2)}`)
  expect(refused.hint).toContain(option)
  // As a shell takes it.
  expect(refused.hint).toContain(`--hp ${typed.slice(2)}`)
})

test('a value that only the option can have, or that is written with =, is the option', () => {
  const line = [
    '--role=user',
    '--retries=3',
    '--profile=p',
    '--image',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/x:1',
    '--warm',
    '10 minutes',
    '--lr',
    '1',
  ]
  expect(() => checkValues(runCommand, run(...line))).not.toThrow()
  expect(given(run(...line))).toMatchObject({
    role: [['user']],
    retries: [['3']],
    profile: [['p']],
    warm: [['10 minutes']],
    hyperparameters: [['lr', '1']],
  })
})

test('each flag that may be a hyperparameter works as help shows it, and as a refusal says', () => {
  const ambiguous = [...knownFlags(runCommand)].filter(([name, { flag }]) => ordinaryWords.includes(name) && flag.args.length > 0)
  expect(ambiguous.length).toBeGreaterThan(10)
  for (const [name, { key, flag }] of ambiguous) {
    expect(withValues(`--${name}`, name, flag.args)).toMatch(flag.args[0]?.endsWith('...') ? `--${name} ` : `--${name}=`)
    expect(given(run(`--${name}=x`))).toEqual({ [key]: [['x']] })
    expect(() => checkValues(runCommand, run(`--${name}=x`))).not.toThrow(/two ways/)
  }
  const several = ambiguous.filter(([, { flag }]) => flag.args[1] !== undefined).map(([name]) => name)
  expect(several).toEqual(expect.arrayContaining(['packages', 'mlflow', 'experiment_config']))
  for (const name of several) expect(() => checkValues(runCommand, run(`--${name}`, 'x', 'y'))).not.toThrow(/two ways/)
  expect(valuesOf(run('--subnets=subnet-a', '--subnets=subnet-b'), taskOptions).subnets).toEqual(['subnet-a', 'subnet-b'])
  expect(complaint(() => run('--image')).hint).toBe('Write it as --image=URI.')
})

test('a switch with a value is refused with both readings, wherever in the line it stands', () => {
  for (const line of [
    ['--tensorboard', 'x'],
    ['--tensorboard=x', '--lr', '1'],
  ]) {
    const refused = complaint(() => checkValues(runCommand, run(...line)))
    expect(refused.message).toBe(
      '--tensorboard x can be read in two ways: --tensorboard is the switch, --hp tensorboard x a hyperparameter',
    )
  }
  expect(() => checkValues(runCommand, run('--hp', 'tensorboard', 'x'))).not.toThrow()
})

test('a file of packages and the settings of --retry can only be meant for the option', () => {
  for (const line of [
    ['--packages', 'requirements.txt'],
    ['--packages', 'code/uv.lock'],
    ['--packages', 'pylock.toml'],
    ['--packages', 'wanted', '3.12'],
    ['--retry', '{"attempts": 3}'],
  ])
    expect(() => checkValues(runCommand, run(...line))).not.toThrow()
})

// A value that means nothing to these is refused with the task, where the channels and the variables are known; --arguments is
// the option of the original's process.
// The names of rehearsals are nobody's hyperparameters.
const checkedLater = ['arguments', 'unpack', 'secret', 'env_from']
const ownWords = ['certified_over', 'rehearsal_interruptions', 'rehearsal_seed', 'rehearsal_grace']

test.each([runCommand, shellCommand])('no value of a hyperparameter is taken silently by a newer option of $name', (command) => {
  const names = Object.values(optionsOfCommand(command)).flatMap(({ flag }) => flag?.names.slice(0, 1) ?? [])
  const newer = names.filter((name) => ![...originalNames(command.name), ...checkedLater, ...ownWords].includes(name))
  expect(newer).toContain('retry')
  const taken = newer.flatMap((name) =>
    ['3', '0.1', 'adam', 'true'].flatMap((value) => {
      const outcome = (): string => {
        try {
          const parsed = parse(command, [`--${name}`, value])
          checkValues(command, parsed)
          return parsed.taken.includes(name) ? 'hyperparameter' : 'option'
        } catch (error) {
          return isSsmError(error, 'USAGE') ? 'refused' : String(error)
        }
      }
      return outcome() === 'option' ? [`--${name} ${value}`] : []
    }),
  )
  expect(taken).toEqual([])
})

test.each([
  [['--keep', '3'], '--keep 3', '--keep_state', '--hp keep 3'],
  [['--clean', '1'], '--clean 1', '--clean_state', '--hp clean 1'],
  [['--force=2'], '--force 2', '--force_running', '--hp force 2'],
  [['--enable', 'x'], '--enable x', '--enable_sagemaker_metrics', '--hp enable x'],
])('%s, the beginning of a switch with a value, is refused with both readings', (argv, typed, full, hyperparameter) => {
  const refused = complaint(() => run(...argv))
  expect(refused.message).toBe(`${typed} can be read in two ways: ${full} is the switch, ${hyperparameter} a hyperparameter`)
  expect(refused.hint).toBe(`Write ${full} alone for the switch, or ${hyperparameter} for the hyperparameter.`)
  expect(run(argv[0]?.split('=')[0] ?? '', '--lr', '1')).toMatchObject({ notes: [expect.stringContaining(full)], taken: ['lr'] })
})

test.each([
  [['--md', 'loss', '([0-9]+'], /^--md loss is no valid expression/],
  [['--env', 'SM_MODEL_DIR', 'x'], /^--env SM_MODEL_DIR /],
  [['--tag', 'aws:x', 'y'], /^--tag aws:x /],
])('%s: what is wrong with the value of a key is said by what was typed', (argv, message) => {
  expect(complaint(() => checkValues(runCommand, run(...argv))).message).toMatch(message)
})

test('every hyperparameter is text, and --hp_json gives what is not', () => {
  const parsed = run('--lr', '0.1', '--hp', 'n', '1', '--hp-json', 'layers', '[1, 2]', '--deep', 'true')
  expect(hyperparametersOf(parsed)).toEqual({ lr: '0.1', n: '1', layers: [1, 2], deep: 'true' })
})

test('an unset variable in place of a bucket, a prefix or a folder for results is as if nothing were there', () => {
  expect(given(run('-b', '', '--prefix=', '-o', '', '--ic', '2'))).toEqual({ instanceCount: [['2']] })
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
  [runCommand, ['--__proto__', '1'], 'cannot be the name', 'another'],
  [runCommand, ['--max', '5'], 'short for --max_run_mins, --max_wait_mins', '--hp max VALUE'],
  [runCommand, ['--k', '5'], 'short for --keep_state, --ks', '--hp k VALUE'],
  [runCommand, ['--en', '5'], 'short for --enable_sagemaker_metrics, --entry_point', '--hp en VALUE'],
  [runCommand, ['-i', ''], 'empty text', 'variable'],
  [runCommand, ['-d', 'a', ''], 'empty text', 'variable'],
  [runCommand, ['--iis', 'a', ''], 'empty text', 'variable'],
  [runCommand, ['--hp_json', 'a', '{'], 'needs a value that is JSON', '--hp a VALUE'],
  [processCommand, ['--lr', '1'], 'no option --lr', 'See: ssm process --help; arguments for the program go after --.'],
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
      // A refusal names what it refuses, a note what was replaced or completed; whatever else is understood is all there.
      const parsed = parsedOrRefused(command, argv)
      expect(parsed === 'refused' || parsed.notes.length > 0 ? sorted(argv.join('')) : spelledOut(parsed)).toBe(
        sorted(argv.join('')),
      )
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
