import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { workFolder } from './support/ssm.ts'
import { testContext } from './support/context.ts'

test.each([
  ['of a job', 0, ['echo x > "$SM_MODEL_DIR/weights"', '-o', '.', '--download_model'], 'model/weights', 'x\n'],
  ['of a job that printed nothing', 0, ['true', '-o', '.'], 'logs/logs0', ''],
  ['of a job that failed', 1, ['echo x; exit 3', '-o', '.'], 'logs/logs0', 'x\n'],
])(
  'a download %s into the working folder keeps the files of its user',
  { timeout: 60_000 },
  async (_, code, line, brought, content) => {
    await using folder = await workFolder()
    const own = ['model/net.py', 'logs/mine.txt']
    for (const path of own) {
      mkdirSync(join(folder.path, path, '..'), { recursive: true })
      writeFileSync(join(folder.path, path), 'mine')
    }
    const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
    const ssm = (...argv: readonly string[]): Promise<number> => app(argv, testContext({ cwd: folder.path, env }))
    expect(await ssm('shell', '-p', 'ex', '-t', 't', '--cmd_line', ...line)).toBe(code)
    const again = await ssm('data', '-p', 'ex', '-t', 't', '-o', '.', '--download_model')
    expect(again === 0).toBe(code === 0)
    expect(own.map((path) => readFileSync(join(folder.path, path), 'utf8'))).toEqual(['mine', 'mine'])
    expect(readFileSync(join(folder.path, brought), 'utf8')).toBe(content)
  },
)

test.each([
  ['nothing', 'true', false],
  ['a model', 'echo x > "$SM_MODEL_DIR/weights"', true],
])(
  'the summary of a job that stored %s names its results only when there are any',
  { timeout: 60_000 },
  async (_, line, stored) => {
    await using folder = await workFolder()
    const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
    const said = async (...more: readonly string[]): Promise<string> => {
      const context = testContext({ cwd: folder.path, env })
      expect(await app(['shell', '-p', 'ex', '-t', 't', '--cmd_line', line, ...more], context)).toBe(0)
      return context.stderr.text()
    }
    expect(/^ {2}results .*\/output$/m.test(await said())).toBe(stored)
    expect((await said('-o', 'out')).includes('--iit NAME t model')).toBe(stored)
  },
)

test.skipIf(process.platform === 'win32')(
  'links, and names that differ by case, arrive; with --no-unpack the archive does',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
    const context = testContext({ cwd: folder.path, env })
    const line =
      'cd "$SM_MODEL_DIR"; echo w > e1; ln -s e1 last; ln -s /etc/hosts out; echo 1 > A; echo 2 > a; cd "$SSM_INSTANCE_STATE"; echo s > s1; ln -s s1 last'
    expect(
      await app(
        ['shell', '-p', 'ex', '-t', 't', '--cmd_line', line, '-o', 'out', '--download_model', '--download_state'],
        context,
      ),
    ).toBe(0)
    expect(context.stdout.text()).toContain('[ssm] not stored: out (a link to /etc/hosts, which is not in this folder)')
    const content = (name: string): string => readFileSync(join(folder.path, 'out', name), 'utf8')
    const names = ['model/last', 'model/A', 'model/a', 'state/algo-1/last']
    expect(names.map(content)).toEqual(['w\n', '1\n', '2\n', 's\n'])
    const unopened = ['data', '-p', 'ex', '-t', 't', '-o', 'out', '--download_model', '--no-unpack']
    expect(await app(unopened, testContext({ cwd: folder.path, env }))).toBe(0)
    expect(readdirSync(join(folder.path, 'out/model'))).toEqual(['.ssm-download.json', 'model.tar.gz'])
  },
)

test('ssm data JOB downloads and shows what one job of a task left, also one that failed', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
  const task = ['-p', 'ex', '-t', 't']
  const ssm = async (code: number, ...argv: readonly string[]): Promise<ReturnType<typeof testContext>> => {
    const context = testContext({ cwd: folder.path, env })
    expect([await app(argv, context), context.stderr.text()]).toEqual([code, expect.anything()])
    return context
  }
  const content = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
  await ssm(1, 'shell', ...task, '--cmd_line', 'echo early > "$SM_OUTPUT_DATA_DIR/x"; echo first; exit 3')
  const listed = JSON.parse((await ssm(0, 'show', ...task, '--json')).stdout.text()) as { readonly job: string }
  await ssm(0, 'shell', ...task, '--cmd_line', 'echo second')
  await ssm(0, 'data', listed.job, ...task, '-o', 'got', '--download_output')
  expect(content('got/logs/logs0')).toContain('first')
  expect(content('got/output/x')).toBe('early\n')
  expect((await ssm(0, 'data', listed.job, ...task)).stdout.text()).toMatch(new RegExp(`^job: ${listed.job}\n  model `))
  expect(JSON.parse((await ssm(0, 'data', listed.job, ...task, '--json')).stdout.text())).toMatchObject({
    task: 't',
    job: listed.job,
    outputs: { output: expect.stringContaining(listed.job) as string },
  })
  expect((await ssm(5, 'data', `${listed.job.slice(0, -1)}_`, ...task)).stderr.text()).toContain('has no job')
  expect((await ssm(2, 'data', listed.job, ...task, '--cs')).stderr.text()).toContain('the state is that of the task')
})

test(
  'with --state_keep same-spec another command line does not find the state of the one before',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
    const ran = async (line: string, keep: string): Promise<readonly [number, string]> => {
      const context = testContext({ cwd: folder.path, env })
      const argv = ['shell', '-p', 'ex', '-t', 't', '--cmd_line', line, '--state_keep', keep]
      return [await app(argv, context), `${context.stdout.text()}${context.stderr.text()}`]
    }
    expect((await ran('echo x > "$SSM_INSTANCE_STATE/x"', 'same-task'))[0]).toBe(0)
    expect((await ran('ls "$SSM_INSTANCE_STATE"/x', 'same-task'))[0]).toBe(0)
    expect((await ran('ls "$SSM_INSTANCE_STATE"/x # again', 'same-spec'))[0]).toBe(1)
    expect(await ran('true', 'mine')).toEqual([2, expect.stringMatching(/same-task, same-spec/)])
  },
)

test('an output that was asked for and that nothing was written to is said to be empty', async () => {
  await using folder = await workFolder()
  const context = testContext({
    cwd: folder.path,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder.path, SSM_PLATFORM: 'local' },
  })
  const argv = [
    'process',
    '-p',
    'ex',
    '-t',
    't',
    '--entrypoint',
    '/bin/true',
    '-o',
    'out2',
    '--download_output',
    '--download_model',
  ]
  expect(await app(argv, context)).toBe(0)
  expect(context.stderr.text()).toMatch(/results +out2 \((logs[^,]+, )?output is empty\)|output is empty\)/)
})

test('the command as it is published, in several files, unpacks what it downloads', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const program = join(import.meta.dirname, '../../packages/cli/bin/ssm.cjs')
  const argv = [
    'shell',
    '--platform',
    'local',
    '-p',
    'ex',
    '-t',
    't',
    '-q',
    '--cmd',
    'echo x > "$SM_MODEL_DIR/weights"',
    '-o',
    'out',
    '--download_model',
  ]
  execFileSync(process.execPath, [program, ...argv], {
    cwd: folder.path,
    env: { HOME: folder.path, PATH: process.env['PATH'] ?? '' },
  })
  expect(readFileSync(join(folder.path, 'out/model/weights'), 'utf8')).toBe('x\n')
})

test('each machine has its log file, also one that printed nothing', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const env = { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' }
  const line = ['--cmd_line', '[ "$SM_CURRENT_HOST" != algo-2 ] || echo only', '--ic', '3', '-o', 'out']
  expect(await app(['shell', '-p', 'ex', '-t', 't', ...line], testContext({ cwd: folder.path, env }))).toBe(0)
  const log = (index: number): string => readFileSync(join(folder.path, `out/logs/logs${index}`), 'utf8')
  expect([0, 1, 2].map(log)).toEqual(['', 'only\n', ''])
})
