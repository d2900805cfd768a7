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
