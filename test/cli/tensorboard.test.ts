import { spawn } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'
import { processesLeft } from '../support/leftovers.ts'
import { tensorboardDouble } from '../support/tensorboard-double.ts'
import { environment, ssm, ssmProgram, workFolder } from './support/ssm.ts'

const place = ['train', '-p', 'ex', '--platform', 'local'] as const

/** `ssm tensorboard` that serves, with what it has printed. */
async function serving(cwd: string, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [await ssmProgram(), 'tensorboard', ...place, '--json'], {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<readonly [number | null, string | null]>((resolve) =>
    child.on('exit', (code, signal) => resolve([code, signal])),
  )
  const output = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())))
  return { child, ended, output }
}

test.each([
  ['SIGINT', [130, null]],
  ['SIGTERM', [143, null]],
  ['SIGKILL', [null, 'SIGKILL']],
] as const)('a command that gets %s leaves no TensorBoard', { timeout: 60_000 }, async (signal, end) => {
  await using folder = await workFolder()
  const double = tensorboardDouble(folder.path)
  const env = { PATH: `${double.bin}:${process.env['PATH'] ?? ''}`, TMPDIR: folder.path }
  const line = ['shell', '-p', 'ex', '-t', 'train', '--platform', 'local', '--tensorboard']
  const command = 'echo 1 > "$SSM_TENSORBOARD_DIR/events.out.tfevents.1"'
  expect(await ssm([...line, '--cmd', command, '--quiet'], { cwd: folder.path, env })).toMatchObject({ code: 0 })
  const { child, ended, output } = await serving(folder.path, env)
  try {
    expect(JSON.parse(output)).toEqual({
      v: 1,
      url: 'http://127.0.0.1:6006/',
      runs: [expect.stringMatching(/^train-2/) as string],
    })
  } finally {
    child.kill(signal)
  }
  expect(await ended).toEqual(end)
  expect(await processesLeft(double.argument('--logdir') ?? folder.path)).toEqual([])
})

test('what cannot be shown is refused with the next step', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const at = { cwd: folder.path, env: { PATH: '/nowhere', SSM_PYTHON: '/nowhere/python3', SSM_PLATFORM: 'local' } }
  expect(await ssm(['tensorboard', ...place], at)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('Task train of project ex has no job on the local platform') as string,
  })
  expect(await ssm(['tensorboard', '-p', 'ex'], at)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('needs the name of a job, or -p PROJECT and -t TASK') as string,
  })
})
