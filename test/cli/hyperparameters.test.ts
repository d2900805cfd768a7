import process from 'node:process'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { testContext } from './support/context.ts'
import { workFolder } from './support/ssm.ts'

async function ssm(
  cwd: string,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const context = testContext({ cwd, env: { SSM_PLATFORM: 'local', HOME: cwd, PATH: process.env['PATH'] ?? '' } })
  const code = await app(argv, context)
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() }
}

const shell = (line: string, ...more: readonly string[]): readonly string[] => [
  'shell',
  '-p',
  'ex',
  '-t',
  't',
  '--cmd_line',
  line,
  ...more,
]

test('names that AWS takes are hyperparameters on the command line, and the program gets them', async () => {
  await using folder = await workFolder()
  const names = ['größe', 'optim:lr', 'model/lr', 'x[0]', '--9', 'model_dir', 'subnet', 'sagemaker_program']
  const given = names.flatMap((name) => [name.startsWith('--') ? name : `--${name}`, 'v'])
  const { code, stderr, stdout } = await ssm(
    folder.path,
    shell('echo "got $SM_HPS $SM_HP_OPTIM_LR"', ...given, '--hp', 'a b', 'v'),
  )
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const logs = await ssm(folder.path, ['logs', '-p', 'ex', '-t', 't'])
  const line = /got (\{.*\}) v$/m.exec(logs.stdout + stdout)?.[1] ?? '{}'
  expect(JSON.parse(line)).toEqual(
    Object.fromEntries([...names.map((name) => name.replace(/^--/, '')), 'a b'].map((name) => [name, 'v'])),
  )
}, 60_000)
