import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { knownFlags } from '../../packages/cli/src/grammar/command.ts'
import { searchCommands } from '../../packages/cli/src/grammar/tables/search-commands.ts'
import { runCommand, shellCommand } from '../../packages/cli/src/grammar/tables/task-commands.ts'
import { until } from '../flows/flow.ts'
import { testContext } from './support/context.ts'
import { ssmInProcess } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

const line = (shell: string): readonly string[] => {
  const task = ['search', 'shell', '-p', 'ex', '-t', 'train', '--cmd', shell, '--md', 'loss', 'loss=([0-9.]+)']
  return [...task, '--search', 'x', 'int', '1', '2', '--minimize', 'loss', '--trials', '2', '--parallel', '2']
}
const [search] = searchCommands

test.each([
  [['--dry_run'], 'ssm plan'],
  [['--dry-run'], 'ssm plan'],
  [['--detach'], 'Ctrl-C ends it'],
  [['--force_running'], 'another name with -t'],
  [['--fr'], 'another name with -t'],
  [['--clean_state'], 'another name with -t'],
  [['--keep_state'], 'ssm best'],
  [['--rehearsal_seed', '7'], 'ssm rehearse'],
  [['-o', 'out'], 'ssm data'],
  [['--output_path=out'], 'ssm data'],
  [['--download_model'], 'ssm data'],
  [['-e', 'train.py'], 'It is an option of ssm search run'],
  [['--source_dir', '.'], 'It is an option of ssm search run'],
  [['--allow_unknown_prices'], 'only with --budget'],
])('a search that is given %j is refused with what to do instead, before anything starts', async (argv, instead) => {
  await using folder = await workFolder()
  const { code, stderr, stdout } = await ssmInProcess(folder.path, [...line('echo loss=1'), ...argv])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(argv[0]?.split('=')[0])
  expect(stderr).toContain(instead)
  expect((await ssmInProcess(folder.path, ['ps'])).stdout).toBe('no jobs\n')
})

test('every flag of run and shell is a flag of searches or is refused by them, and none is both', () => {
  const names = [runCommand, shellCommand].flatMap((command) => [...knownFlags(command)])
  const taken = knownFlags(search)
  const refused = names.filter(([name, { off }]) => !off && search.refuses.has(name))
  expect(names.filter(([name, { off }]) => !off && !taken.has(name) && !search.refuses.has(name))).toEqual([])
  expect(refused.filter(([name]) => taken.has(name))).toEqual([])
  expect(new Set(refused.map(([name]) => name))).toEqual(new Set(search.refuses.keys()))
})

test('Ctrl-C says how many trials go on', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const [go, began] = [join(folder.path, 'go'), (x: number): string => join(folder.path, `began-${x}`)]
  const shell = `touch ${folder.path}/began-$SM_HP_X; until [ -e ${go} ] || [ ! -d ${folder.path} ]; do sleep 0.05; done; echo loss=$SM_HP_X`
  try {
    const context = testContext({
      cwd: folder.path,
      env: { SSM_PLATFORM: 'local', HOME: folder.path, PATH: process.env['PATH'] ?? '' },
    })
    let interrupt: (() => void) | undefined
    const code = app(line(shell), {
      ...context,
      onSignal: (listener) => {
        interrupt = () => listener('SIGINT')
        return () => undefined
      },
    })
    await until(() => existsSync(began(1)) && existsSync(began(2)))
    // A busy process has not heard yet that their jobs were started.
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    interrupt?.()
    expect(await code).toBe(130)
    expect(context.stderr.text()).toContain('detached: 2 trials go on.')
  } finally {
    writeFileSync(go, '')
  }
  const ended = await ssmInProcess(folder.path, line(shell))
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stdout).toContain('best: x=1')
})
