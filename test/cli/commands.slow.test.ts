import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { ssmInProcess as ssm, shell, task } from './support/in-process.ts'
import { environment, ssm as started, ssmProgram, workFolder } from './support/ssm.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test.skipIf(lacking('python3'))(
  'init makes a project that runs at once, and overwrites nothing',
  async () => {
    await using folder = await workFolder()
    expect(await ssm(folder.path, ['init', 'my-start'])).toMatchObject({ code: 0, stdout: '' })
    const made = join(folder.path, 'my-start')
    expect(readdirSync(made).sort()).toEqual([
      '.gitignore',
      'README.md',
      'main.ts',
      'package.json',
      'ssm.config.json',
      'tsconfig.json',
      'worker.py',
    ])
    const again = await ssm(folder.path, ['init', 'my-start'])
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was written') as string })

    const line = await started(['run', '-t', 'count', '-e', 'worker.py', '--hp-json', 'upTo', '11'], { cwd: made })
    expect(line).toMatchObject({ code: 0, stdout: 'total=66\n' })
    expect(readFileSync(join(made, 'README.md'), 'utf8')).toContain('-e worker.py --hp-json upTo 10 ')

    mkdirSync(join(made, 'node_modules/@simple-sagemaker'), { recursive: true })
    for (const name of ['core', 'cli'])
      symlinkSync(join(root, 'packages', name), join(made, 'node_modules/@simple-sagemaker', name))
    const argv = ['--conditions=ssm-source', '--import', join(root, 'scripts/typescript.mjs'), 'main.ts']
    const program = execa(process.execPath, argv, { cwd: made, env: environment(), extendEnv: false, stdin: 'ignore' })
    expect(await program).toMatchObject({
      stdout: expect.stringMatching(/^total=55\nstart \{ total: 55 \}$/) as string,
      stderr: expect.stringContaining('✓ count completed') as string,
    })
    expect(readFileSync(join(made, 'out/model/total.txt'), 'utf8')).toBe('55')
  },
  120_000,
)

test('a reader that goes away ends a log quietly, and a run goes on to its end', async () => {
  await using folder = await workFolder()
  const program = await ssmProgram()
  const pipe = async (argv: readonly string[]): Promise<string> => {
    const line = `{ '${process.execPath}' '${program}' "$@"; echo "code $?" >&2; } | head -n 1`
    const env = environment({ SSM_PLATFORM: 'local' })
    const options = { cwd: folder.path, env, extendEnv: false, stdin: 'ignore', all: true, reject: false } as const
    return (await execa('bash', ['--norc', '-c', line, 'x', ...argv], options)).all
  }
  const run = await pipe(shell('for i in $(seq 1 2000); do echo "a line with a number $i"; done; touch done; exit 3', '--quiet'))
  expect(run).toContain('a line with a number 1\n')
  expect(run).toContain('code 1')
  expect(run).not.toContain('EPIPE')
  await pipe(shell('seq 1 2000', '--quiet'))
  const logs = await pipe(['logs', ...task, '--follow', '--tail', '0'])
  expect(logs).toContain('code 0')
  expect(logs).not.toMatch(/EPIPE|error/)
}, 120_000)

test('SIGTERM lets the job go on and exits with 143', async () => {
  await using folder = await workFolder()
  const go = join(folder.path, 'go')
  const line = `echo ready; until [ -e ${go} ] || [ ! -d ${folder.path} ]; do sleep 0.05; done; echo finished`
  const child = spawn(process.execPath, [await ssmProgram(), ...shell(line)], {
    cwd: folder.path,
    env: environment({ SSM_PLATFORM: 'local' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('ready')) child.kill('SIGTERM')
  })
  child.stderr.resume()
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(143)
  writeFileSync(go, '')
  expect(await started(['logs', ...task, '--follow'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })).toMatchObject({
    stdout: 'ready\nfinished\n',
  })
  expect(existsSync(join(folder.path, '.ssm'))).toBe(true)
}, 120_000)
