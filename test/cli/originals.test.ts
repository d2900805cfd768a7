import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project } from '@simple-sagemaker/core'
import { commandNamed } from '../../packages/cli/src/grammar/tables/commands.ts'
import { compat } from '../../packages/cli/src/grammar/compat.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import { checkValues } from '../../packages/cli/src/grammar/values.ts'
import { projectOptionsOf } from '../../packages/cli/src/settings/open-platform.ts'
import { settingsOf } from '../../packages/cli/src/settings/settings.ts'
import { taskOf, type TaskCommand } from '../../packages/cli/src/task/build.ts'
import { downloadsOf, runPolicyOf } from '../../packages/cli/src/task/policy.ts'
import { local } from '@simple-sagemaker/core/local'
import { lacking } from '../support/prerequisites.ts'
import { argvOf, originalFolder, originalLine as line, shell } from './support/original.ts'
import { everyFlag, originalLines } from './support/original-lines.ts'
import { workFolder } from './support/ssm.ts'
import { testContext } from './support/context.ts'

test.each([...originalLines, ...everyFlag])(
  'the original line of $name means what it says',
  ({ text, spec, policy = {}, downloads }) => {
    const [name = '', ...argv] = argvOf(text)
    const command = commandNamed(name)
    if (command === undefined) throw new Error(`no command in ${text}`)
    const { parsed, warnings } = compat(parse(command, argv))
    checkValues(command, parsed)
    const context = testContext({ cwd: '/here' })
    const settings = settingsOf(parsed, context)
    const named = project(settings.values.project?.value ?? '', projectOptionsOf(settings, local({ root: '/nowhere' })))
    const task = taskOf(name as TaskCommand, parsed, named, parsed.given.get('task')?.[0]?.texts[0] ?? '', context)
    const described = (task as unknown as { spec(): Readonly<Record<string, unknown>> }).spec()
    expect(warnings).toEqual([])
    for (const [part, expected] of Object.entries(spec)) expect({ [part]: described[part] }).toEqual({ [part]: expected })
    expect(runPolicyOf(parsed)).toEqual(policy)
    expect(downloads === undefined ? undefined : downloadsOf(parsed)).toEqual(downloads)
  },
)

test.each([
  ['-i data FullyReplicated sub', [{ channel: 'data', path: '/here/data/sub', distribution: 'FullyReplicated' }]],
  [
    '--iis train ./house --input test ~/sets ShardedByS3Key',
    [
      { channel: 'train', path: '/here/house', distribution: 'FullyReplicated' },
      { channel: 'test', path: '/home/me/sets', distribution: 'ShardedByS3Key' },
    ],
  ],
])('%s sends the local folders that the program reads', (text, wanted) => {
  const parsed = parse(commandNamed('run') ?? ({} as never), ['-e', 'a.py', ...text.split(' ')])
  const context = testContext({ cwd: '/here', env: { HOME: '/home/me' } })
  const named = project('ex', projectOptionsOf(settingsOf(parsed, context), local({ root: '/nowhere' })))
  const task = taskOf('run', parsed, named, 't', context) as unknown as {
    spec(): { readonly inputs: readonly Record<string, unknown>[] }
  }
  expect(task.spec().inputs).toMatchObject(
    wanted.map(({ channel, path, distribution }) => ({ channel, distribution, source: { kind: 'local', path } })),
  )
})

const missing = lacking('bash', 'python3')

test.skipIf(missing)(
  'the first lines of the documentation run on this computer and leave what it says they leave',
  async () => {
    await using folder = await workFolder()
    await originalFolder(folder.path)
    const log = (path: string): string => readFileSync(join(folder.path, path), 'utf8')

    const said = shell(folder.path, line('shell-task'))
    expect(said).toContain('Tesla V100')
    expect(log('output/logs/logs0')).toBe(said)

    shell(folder.path, line('python-task'))
    expect(log('output/example1/logs/logs0')).toContain('-***- Device 0: of algo-1')
    expect(log('output/example1/logs/logs1')).toContain('-***- Device 0: of algo-2')

    shell(folder.path, line('task2'))
    expect(log('output/example2/logs/logs0')).toContain("-***- Hello, world!\nargv: ['--msg', 'Hello, world!']")
  },
  120_000,
)
