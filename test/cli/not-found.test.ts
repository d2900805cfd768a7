import { expect, test } from 'vitest'
import { shell, ssmInProcess, task } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

const fixed = ['--md', 'loss', 'loss=(.*)', '--trials', '1', '--search', 'lr', 'int', '1', '2'] as const

const searchOf = (name: string, line: string, goal: string): readonly string[] => [
  'search',
  'shell',
  '-p',
  'ex',
  '-t',
  name,
  '--cmd',
  line,
  ...fixed,
  goal,
  'loss',
]

test('a task that was searched is no task without jobs: the commands say which one shows it', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const ssm = (...line: readonly string[]) => ssmInProcess(folder.path, line)
  expect((await ssm(...searchOf('t', 'echo loss=1', '--minimize'))).code).toBe(0)
  const lines = [['show'], ['logs'], ['metrics'], ['wait'], ['stop'], ['data'], ['data', '-o', 'out'], ['data', '--cs']]
  for (const [command = '', ...more] of lines) {
    const { code, stderr } = await ssm(command, ...task, ...more)
    expect(`${command}: ${stderr}`).toContain('Task t of project ex was searched: its jobs are those of the trials')
    expect(stderr).toContain('ssm best -p ex -t t --json')
    expect(code).toBe(5)
  }
  expect((await ssm('best', ...task)).stderr).toBe('')
  expect((await ssm(...searchOf('t', 'echo loss=2', '--maximize'))).code).toBe(0)
  const newest = await ssm('best', ...task)
  expect(newest.stderr).toMatch(/t has 2 searches; this is search 1 \(maximize loss, begun 2\d{3}-.*ssm best --search N/)
  const older = JSON.parse((await ssm('best', ...task, '--search', '2', '--json')).stdout) as object
  expect(older).toMatchObject({ search: { number: 2, of: 2 }, goal: { direction: 'minimize' }, best: { value: 1 } })
  const none = await ssm('best', ...task, '--search', '3')
  expect(none).toMatchObject({ code: 5, stderr: expect.stringContaining('from 1, the newest, to 2') as string })
})

test('a search that failed shows what a trial printed last, and how to see it all', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const line = 'for i in 1 2 3 4 5 6 7 8 9 10 11; do echo line $i; done; echo it is broken >&2; exit 3'
  const { code, stderr } = await ssmInProcess(folder.path, [...searchOf('t', line, '--minimize'), '--platform', 'local'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /trial 1 \(lr=\d\) failed\. Its last lines; all of them: ssm logs t-\w{10}-2\S+ --tail 0 --platform local\n/,
  )
  expect(stderr).toContain('  line 11\n')
  expect(stderr).toContain('  it is broken\n')
  expect(stderr).not.toContain('  line 2\n')
  expect(stderr).toContain('error: 1 of 1 trials of t failed')
})

test(
  'a name that does not exist is told with the one that was meant, by watch before it serves',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const ssm = (...line: readonly string[]) => ssmInProcess(folder.path, line)
    expect((await ssm('shell', '-p', 'ex', '-t', 'train', '--cmd', 'true')).code).toBe(0)
    for (const command of [['show'], ['watch', '--web'], ['report'], ['data'], ['best']]) {
      const slip = await ssm(...command, '-p', 'ex', '-t', 'trian')
      expect(`${command[0]}: ${slip.stderr}`).toContain('Did you mean -t train?')
      expect(slip.code).toBe(5)
    }
    expect((await ssm('show', '-p', 'exx', '-t', 'train')).stderr).toContain('Did you mean -p ex?')
    expect((await ssm('watch', '--web', 'train-2026-03-01-12-00-00-AbCd1234')).code).toBe(5)
    expect((await ssm('best', '-p', 'ex', '-t', 'train')).stderr).toContain('ssm show -p ex -t train')
    for (const command of ['show', 'logs', 'metrics', 'wait', 'stop'])
      expect((await ssm(command, 'train', '-p', 'ex')).stderr).toContain(`A task is named by -t: ssm ${command} -p ex -t train`)
  },
)

test('a machine that a job does not have is told with those it has', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const ssm = (...line: readonly string[]) => ssmInProcess(folder.path, line)
  expect((await ssm(...shell('echo one', '--ic', '2'))).code).toBe(0)
  for (const name of ['algo-9', 'algo-0', 'two']) {
    const { code, stdout, stderr } = await ssm('logs', ...task, '--machine', name)
    expect(stderr).toContain(`has no machine ${name}\nhint: It has 2: algo-1 to algo-2.`)
    expect([code, stdout]).toEqual([5, ''])
  }
  expect((await ssm('logs', ...task, '--machine', 'algo-2')).stdout).toContain('one')
})

test.each([
  [['best', 'train', '-p', 'ex'], '-t train'],
  [['ps', 'ex'], '-t ex'],
  [['clean', 'train', '-p', 'ex', '-t', 't', '--keep', '1'], 'ssm clean --help'],
  [['policies', 'ex'], '-p ex'],
  [['run', 'train.py', '-p', 'ex', '-t', 't'], '-e train.py'],
  [['shell', 'echo hi', '-p', 'ex', '-t', 't'], "--cmd_line 'echo hi'"],
  [['process', 'clean.py', '-p', 'ex', '-t', 't'], '--code clean.py'],
])('%j has a word where a flag is wanted, which is named', async (line, flag) => {
  const { code, stderr } = await ssmInProcess('/nowhere', line)
  expect(stderr).toContain('Unexpected argument')
  expect(stderr).toContain(flag)
  expect(code).toBe(2)
})
