import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { commandNamed } from '../../packages/cli/src/grammar/tables/commands.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import { localRoot } from '../../packages/cli/src/settings/open-platform.ts'
import { placeFlags, settingsOf, type Settings } from '../../packages/cli/src/settings/settings.ts'
import { workFolder } from './support/ssm.ts'
import { testContext } from './support/context.ts'

function settings(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Settings {
  const command = commandNamed('config')
  if (command === undefined) throw new Error('no config')
  return settingsOf(parse(command, argv), testContext({ cwd, env: { HOME: cwd, ...env } }))
}

test('a flag wins over SSM_*, that over AWS_*, that over the project’s file, that over the user’s, that over the default', async () => {
  await using folder = await workFolder()
  const project = join(folder.path, 'project/deep')
  mkdirSync(project, { recursive: true })
  mkdirSync(join(folder.path, '.config/ssm'), { recursive: true })
  const value = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): unknown =>
    settings(project, argv, { HOME: folder.path, ...env }).values.region
  expect(value([])).toBeUndefined()
  writeFileSync(join(folder.path, '.config/ssm/config.json'), '{"region": "eu-user-1"}')
  expect(value([])).toMatchObject({ value: 'eu-user-1' })
  writeFileSync(join(folder.path, 'project/ssm.config.json'), '{"region": "eu-project-1", "platform": "local"}')
  expect(value([])).toEqual({ value: 'eu-project-1', origin: join(folder.path, 'project/ssm.config.json') })
  expect(value([], { AWS_REGION: 'aws' })).toEqual({ value: 'aws', origin: 'variable AWS_REGION' })
  expect(value([], { AWS_REGION: 'aws', SSM_REGION: 'ours' })).toEqual({ value: 'ours', origin: 'variable SSM_REGION' })
  expect(value(['--region', 'flag'], { AWS_REGION: 'aws', SSM_REGION: 'ours' })).toEqual({
    value: 'flag',
    origin: 'flag --region',
  })
  expect(settings(project, [], { HOME: folder.path }).platform).toBe('local')
})

test('a default of the user’s file gives way to one of the project’s file that excludes it', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'user.json'), '{"defaults": {"maxWait": "30 hours", "env": {"A": "1"}}}')
  writeFileSync(join(folder.path, 'ssm.config.json'), '{"defaults": {"spot": false}}')
  expect(settings(folder.path, [], { SSM_CONFIG: 'user.json' }).defaults).toEqual({ spot: false, env: { A: '1' } })
})

test('SSM_CONFIG names the user’s file, and XDG_CONFIG_HOME its folder', async () => {
  await using folder = await workFolder()
  mkdirSync(join(folder.path, 'xdg/ssm'), { recursive: true })
  writeFileSync(join(folder.path, 'xdg/ssm/config.json'), '{"profile": "xdg"}')
  writeFileSync(join(folder.path, 'mine.json'), '{"profile": "mine", "defaults": {"spot": false}}')
  expect(settings(folder.path, [], { XDG_CONFIG_HOME: join(folder.path, 'xdg') }).values.profile?.value).toBe('xdg')
  expect(settings(folder.path, [], { SSM_CONFIG: 'mine.json' })).toMatchObject({
    values: { profile: { value: 'mine' } },
    defaults: { spot: false },
  })
})

test.each([
  ['{"regoin": "x"}', 'unknown key "regoin"', 'region'],
  ['{"platform": "moon"}', 'must be one of aws, local', 'platform'],
  ['{"defaults": {"sopt": true}}', 'no option "sopt"', 'spot'],
  ['[]', 'a JSON object', 'platform'],
  ['nonsense', 'is not valid JSON', 'SSM_CONFIG'],
  ['{"defaults": 5}', 'must be an object', 'spot'],
])('a file that says %s is refused with its path', async (text, message, hint) => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'ssm.config.json'), text)
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path } })
  expect(await app(['config'], context)).toBe(2)
  expect(context.stderr.text()).toContain(join(folder.path, 'ssm.config.json'))
  expect(context.stderr.text()).toContain(message)
  expect(context.stderr.text()).toContain(hint)
})

test('defaults of the files are where every task starts from', async () => {
  await using folder = await workFolder()
  writeFileSync(
    join(folder.path, 'ssm.config.json'),
    '{"platform": "local", "project": "ex", "defaults": {"instanceCount": 2, "env": {"LEVEL": "info"}}}',
  )
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path } })
  expect(await app(['plan', 'shell', '-t', 't', '--cmd', 'x', '--json'], context)).toBe(0)
  const plan = JSON.parse(context.stdout.text()) as { request: { input: Record<string, Record<string, unknown>> } }
  expect(plan.request.input['ResourceConfig']).toMatchObject({ InstanceCount: 2 })
  expect(plan.request.input['Environment']).toMatchObject({ LEVEL: 'info' })
})

test('printed commands name the place when flags did', () => {
  const command = commandNamed('run')
  const parsed = parse(command ?? ({} as never), ['--it', 'local', '-b', 'my-bucket'])
  expect(placeFlags(parsed, settingsOf(parsed, testContext()))).toBe('--platform local --bucket_name my-bucket')
  const quiet = parse(command ?? ({} as never), [])
  expect(placeFlags(quiet, settingsOf(quiet, testContext({ env: { SSM_PLATFORM: 'local' } })))).toBe('')
})

test('config shows what holds, and where it was said', async () => {
  await using folder = await workFolder()
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path, SSM_PROJECT: 'ex' } })
  expect(await app(['config', '--show-origin', '--platform', 'local'], context)).toBe(0)
  expect(context.stdout.text()).toMatch(/platform +local +flag --platform\nproject +ex +variable SSM_PROJECT\n/)
})

test('local data lies with the nearest .ssm or ssm.config.json, from the working folder upwards, or where a setting says', async () => {
  await using folder = await workFolder()
  mkdirSync(join(folder.path, 'project/sub/deep'), { recursive: true })
  mkdirSync(join(folder.path, 'project/.git'))
  const rootFrom = (cwd: string, env: Readonly<Record<string, string>> = {}): string => {
    const there = join(folder.path, cwd)
    const home = { HOME: folder.path, ...env }
    return relative(folder.path, localRoot(settings(there, [], home), testContext({ cwd: there, env: home })))
  }
  expect(rootFrom('project/sub')).toBe('project/sub/.ssm')
  writeFileSync(join(folder.path, 'project/ssm.config.json'), '{ "platform": "local" }')
  expect(rootFrom('project/sub/deep')).toBe('project/.ssm')
  expect(rootFrom('project')).toBe('project/.ssm')
  mkdirSync(join(folder.path, 'project/sub/.ssm'))
  chmodSync(join(folder.path, 'project/sub/.ssm'), 0o777)
  expect(rootFrom('project/sub/deep')).toBe('project/.ssm')
  chmodSync(join(folder.path, 'project/sub/.ssm'), 0o700)
  expect(rootFrom('project/sub/deep')).toBe('project/sub/.ssm')
  writeFileSync(join(folder.path, 'project/ssm.config.json'), '{ "platform": "local", "localDir": "../data" }')
  expect(rootFrom('project/sub/deep')).toBe('data')
  expect(rootFrom('project/sub/deep', { SSM_LOCAL_DIR: 'x' })).toBe('project/sub/deep/x')
})

test.each(['  ', '\t', 'a\0b'])('%j is no folder of the local platform, in a file or in SSM_LOCAL_DIR', async (localDir) => {
  await using folder = await workFolder()
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path } })
  const asVariable = settings(folder.path, [], { SSM_LOCAL_DIR: localDir })
  expect(() => localRoot(asVariable, context)).toThrow(/SSM_LOCAL_DIR\) must be a path, not blank and without control characters/)
  writeFileSync(join(folder.path, 'ssm.config.json'), JSON.stringify({ localDir }))
  expect(() => settings(folder.path, [])).toThrow(/localDir must be a path, not blank and without control characters/)
})

test('~ in the folder of the local platform is the home folder, in a file and in SSM_LOCAL_DIR', async () => {
  await using folder = await workFolder()
  const context = testContext({ cwd: folder.path, env: { HOME: '/home/of-mine' } })
  expect(localRoot(settings(folder.path, [], { SSM_LOCAL_DIR: '~/jobs' }), context)).toBe('/home/of-mine/jobs')
  writeFileSync(join(folder.path, 'ssm.config.json'), '{"localDir": "~/jobs"}')
  expect(localRoot(settings(folder.path, []), context)).toBe('/home/of-mine/jobs')
})

test.each([
  ['{"launch": "accelerate"}', [], 'launch must be', 'Write "launch": ["accelerate", "launch",'],
  ['{"retry": "x"}', [], 'retry must be', 'Write "retry": { "attempts": 4, "on": ["capacity",'],
  ['{"instanceCount": 0}', [], 'instanceCount must be', 'Write a whole number from 1 to 10000.'],
  ['{"spot": false, "maxWait": "30 hours"}', [], 'maxWait applies only with spot', 'Correct it there.'],
  ['{"env": {"A": 5}}', ['--env', 'B=x'], 'env.A must be', 'Fix or leave out this entry.'],
])('what is wrong in the defaults %s is told with their file, and without flags', async (defaults, flags, message, hint) => {
  await using folder = await workFolder()
  const file = join(folder.path, 'ssm.config.json')
  writeFileSync(file, `{"platform": "local", "defaults": ${defaults}}`)
  writeFileSync(join(folder.path, 't.sh'), 'true')
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path } })
  expect(await app(['run', '-p', 'ex', '-t', 't', '-e', 't.sh', ...flags, '--dry_run'], context)).toBe(2)
  const [, line = ''] = context.stderr.text().split(/^ {2}(?=\w)/m)
  expect(line).toContain(message)
  expect(line).toContain(`from: ${file})`)
  expect(line).toContain(hint)
  expect(line).not.toMatch(/(?<!")--\w/)
})

test('what is wrong in the line is told by its flag, whatever the file has there', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'ssm.config.json'), '{"platform": "local", "defaults": {"launch": ["env"]}}')
  writeFileSync(join(folder.path, 't.sh'), 'true')
  const context = testContext({ cwd: folder.path, env: { HOME: folder.path } })
  expect(await app(['run', '-p', 'ex', '-t', 't', '-e', 't.sh', '--launch=toolkit', '--dry_run', '--', 'a'], context)).toBe(2)
  expect(context.stderr.text()).not.toContain('from:')
})

test('a variable that cannot be a budget is told by its name', async () => {
  await using folder = await workFolder()
  expect(() => settings(folder.path, [], { SSM_BUDGET: 'x' })).toThrow('The variable SSM_BUDGET must be an amount such as 50')
})
