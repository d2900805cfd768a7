import { readFileSync } from 'node:fs'
import { taskOptions } from '@simple-sagemaker/core/options'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { knownFlags } from '../../packages/cli/src/grammar/command.ts'
import { commands } from '../../packages/cli/src/grammar/tables/commands.ts'
import { commandHelp } from '../../packages/cli/src/grammar/help.ts'
import { widthOf } from '../../packages/cli/src/terminal/text.ts'
import { version } from '../../packages/cli/src/terminal/version.ts'
import { testContext } from './support/context.ts'

test.each(['', ...commands.map(({ name }) => name)])('ssm %s --help says what it says', async (name) => {
  const context = testContext()
  expect(await app([...(name === '' ? [] : [name]), '--help'], context)).toBe(0)
  await expect(context.stdout.text()).toMatchFileSnapshot(`./help/${name === '' ? 'ssm' : name}.txt`)
})

test('help names flags, and none of the options of the library', () => {
  const names = Object.keys(taskOptions).filter((name) => /[A-Z]/.test(name))
  for (const command of commands)
    expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(commandHelp(command, 200)))).toEqual([])
})

test('help names every flag, and fits the terminal', () => {
  for (const command of commands) {
    for (const columns of [60, 80, 200]) {
      const page = commandHelp(command, columns)
      for (const { flag } of knownFlags(command).values())
        for (const name of flag.names) expect(page).toContain(name.length === 1 ? `-${name}` : `--${name}`)
      const texts = page.split('\n').filter((line) => !/^ {2}(ssm|-|source)/.test(line))
      expect(texts.filter((line) => widthOf(line) > Math.max(columns, 60) + 4)).toEqual([])
    }
  }
})

test.each([
  [['help']],
  [['-h']],
  [['run', '-h']],
  [['help', 'run']],
  [['plan', '--help']],
  [['plan', 'run', '--help']],
  [['run', '-p', 'x', '--nonsense', '--help']],
  [['--version']],
])('%j shows a page and exits with 0', async (argv) => {
  const context = testContext()
  expect(await app(argv, context)).toBe(0)
  expect(context.stdout.text()).not.toBe('')
  expect(context.stderr.text()).toBe('')
})

test('--help behind -- is the program’s own', async () => {
  const context = testContext()
  expect(await app(['run', '-p', 'ex', '--', '--help'], context)).toBe(2)
  expect(context.stderr.text()).toContain('needs --task_name')
})

test.each([
  [[], 'No command was given', 'ssm --help'],
  [['runn'], 'no command "runn"', 'ssm run'],
  [['proc'], 'no command', 'ssm process'],
  [['--nonsense', 'run'], '--nonsense', 'ssm --help'],
  [['plan'], 'run, shell or process', 'ssm plan --help'],
  [['plan', 'ps'], 'run, shell or process', 'ssm plan --help'],
  [['run', '-p', 'ex'], '--task_name/-t NAME, --entry_point/-e FILE', 'ssm run --help'],
  [
    ['run', '-p', 'ex', '-t', 't', '-e', 'a.py', '--ic', 'two', '--it', 'm5'],
    '--ic must be a whole number from 1 to 10000 (given: "two")',
    'ml.m5.large',
  ],
])('%j is refused with the way out', async (argv, message, hint) => {
  const context = testContext()
  expect(await app(argv, context)).toBe(2)
  expect(context.stdout.text()).toBe('')
  expect(context.stderr.text()).toContain(message)
  expect(context.stderr.text()).toContain(hint)
})

test('the version that is shown is the one of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  expect(manifest.version).toBe(version)
})
