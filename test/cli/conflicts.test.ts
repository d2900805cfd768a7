import { expect, test } from 'vitest'
import { ssmInProcess } from './support/in-process.ts'

const group = ['--instance_group', 'g', 'ml.m5.xlarge', '2']

test.each<readonly [string, string, readonly string[]]>([
  ['--instance_group', '--it', ['run', ...group, '--it', 'ml.c5.xlarge']],
  ['--instance_group', '--ic', ['run', '--ic', '3', ...group]],
  ['--no_spot', '--spot_fallback', ['run', '--no_spot', '--spot_fallback', 'on-demand']],
  ['--no-spot', '--spot-after', ['run', '--spot-after', '600', '--no-spot']],
  ['--no_spot', '--certified_over', ['shell', '--no_spot', '--certified_over', '60']],
  ['--warm', '--spot_after', ['run', '--warm=10 minutes', '--spot_after', '600']],
  ['--warm', '--certified_over', ['run', '--warm=10 minutes', '--certified_over', '60']],
  ['--it local', '--platform', ['run', '--it', 'local', '--platform', 'aws']],
  ['--env A', '--env_from A', ['run', '--env', 'A', 'b', '--env_from', 'A']],
  ['--env_from B', '--secret B', ['run', '--env_from', 'A', 'B', '--secret', 'B']],
  ['--lr', '--search lr', ['search', 'run', '--search', 'lr', 'log', '1e-5', '1e-1', '--lr', '3']],
  ['--hp lr', '--search lr', ['search', 'run', '--hp', 'lr', '3', '--search', 'lr', 'log', '1e-5', '1e-1']],
  ['--python', 'ssm rehearse', ['rehearse', 'run', '--python=python3']],
  ['--dry_run', 'ssm rehearse', ['rehearse', 'run', '--dry_run']],
])('%s and %s are refused together, naming both', async (one, other, line) => {
  const { code, stderr } = await ssmInProcess('/nowhere', [...line, '-p', 'ex', '-t', 't'])
  expect(stderr).toContain(`${one} cannot be combined with ${other}`)
  expect(code).toBe(2)
})

test.each([
  ['--no_unpack', ['run', '-o', 'out', '--no_unpack']],
  ['--no_unpack', ['data', '--no_unpack']],
  ['--rehearsal_seed', ['run', '--rehearsal_seed', '4']],
  ['--rehearsal_grace', ['plan', 'run', '--rehearsal_grace', '4']],
])('%s is refused where it has no effect', async (flag, line) => {
  const { code, stderr } = await ssmInProcess('/nowhere', [...line, '-p', 'ex', '-t', 't'])
  expect(stderr).toContain(`${flag} applies only with`)
  expect(code).toBe(2)
})

test('--python is refused where the image brings its own', async () => {
  const line = ['run', '-p', 'ex', '-t', 't', '-e', 't.py', '--python=python3']
  const { code, stderr } = await ssmInProcess('/nowhere', line, { SSM_PLATFORM: 'aws' })
  expect(stderr).toContain('--python applies only to jobs on this computer')
  expect(code).toBe(2)
})

test.each([
  ['input_at', ['process', '--input_at', 'a', '/opt/ml/processing/x', '--input_at', 'a', '/opt/ml/processing/y']],
  ['output_at', ['process', '--output_at', 'a', '/opt/ml/processing/x', '--output_at', 'a', '/opt/ml/processing/y']],
  ['input_groups', ['run', '--input_groups', 'a', 'g', '--input_groups', 'a', 'h']],
  ['search', ['search', 'run', '--search', 'a', 'int', '1', '2', '--search', 'a', 'int', '3', '4']],
])('--%s with one name twice is refused, not the first forgotten', async (flag, line) => {
  const { code, stderr } = await ssmInProcess('/nowhere', [...line, '-p', 'ex', '-t', 't'])
  expect(stderr).toContain(`--${flag} names a twice`)
  expect(code).toBe(2)
})

test.each([
  ['--minimise', '--minimize', 'loss'],
  ['--trails', '--trials', '4'],
  ['--paralel', '--parallel', '4'],
  ['--instnce_type', '--instance_type', 'ml.m5.large'],
])('ssm search takes %s for a slip of %s, and not for a hyperparameter', async (typed, meant, value) => {
  const line = ['search', 'run', '-p', 'ex', '-t', 't', '-e', 't.py', '--search', 'lr', 'int', '1', '2', typed, value]
  const { code, stderr } = await ssmInProcess('/nowhere', line)
  expect(stderr).toContain(`${typed} is not an option, but looks like ${meant}`)
  expect(stderr).toContain(`Write ${meant}, or --hp ${typed.slice(2)} VALUE for a hyperparameter.`)
  expect(code).toBe(2)
})

test('a tag, variable or metric that is given twice is told, and the last one counts', async () => {
  const line = ['plan', 'shell', '-p', 'ex', '-t', 't', '--cmd', 'true', '--tag', 'k', '1', '--tag', 'k', '2', '--tag', 'l', '1']
  const { stderr } = await ssmInProcess('/nowhere', line)
  expect(stderr).toContain('--tag k is given twice: 2, the last value, counts')
  expect(stderr).not.toContain('--tag l')
})
