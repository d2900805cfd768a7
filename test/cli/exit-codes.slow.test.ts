import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { SsmError } from '@simple-sagemaker/core'
import { errorCodes } from '../../packages/core/src/errors/codes.ts'
import { exitCodeOf, exitCodes } from '../../packages/cli/src/grammar/exit-codes.ts'
import { ssmInProcess as ssm, shell, task, type Printed } from './support/in-process.ts'
import { environment, ssmProgram, workFolder } from './support/ssm.ts'

test('0: a job that ends well, and one that is skipped because nothing has changed', async () => {
  await using folder = await workFolder()
  const first = await ssm(folder.path, shell('echo one; echo two >&2'))
  expect(first).toMatchObject({ code: 0 })
  expect(first.stdout.split('\n').sort()).toEqual(['', 'one', 'two'])
  expect(first.stderr).toContain('t completed in')
  const second = await ssm(folder.path, shell('echo one; echo two >&2'))
  expect(second).toMatchObject({ code: 0, stdout: '' })
  expect(second.stderr).toContain('nothing has changed')
})

test.each([
  ['plan', 'run, shell or process'],
  ['why', 'run, shell or process'],
  ['rehearse', 'run or shell'],
])('ssm %s alone says that %s must follow', async (name, followers) => {
  await using folder = await workFolder()
  const bare = await ssm(folder.path, [name])
  expect(bare).toMatchObject({ code: 2 })
  expect(bare.stderr).toContain(`ssm ${name} must be followed by ${followers} and its options`)
  expect(await ssm(folder.path, [name, ...task])).toEqual(bare)
})

test('1: the program ends with an error; its code, its last words and its log are shown', async () => {
  await using folder = await workFolder()
  const { code, stderr, stdout } = await ssm(
    folder.path,
    shell('echo before; echo broken >&2; exit 3', '-o', 'out', '--platform', 'local'),
    { SSM_PLATFORM: '' },
  )
  expect(code).toBe(1)
  expect(stdout).toContain('before\n')
  expect(stderr).toMatch(/error: Job t-.* failed: .*exit code 3[\s\S]*broken/)
  // The command that is offered works where this job ran.
  const offered = /hint: .*: (ssm logs \S+ --platform local)$/m.exec(stderr)?.[1]?.split(' ').slice(1) ?? []
  expect(await ssm(folder.path, offered, { SSM_PLATFORM: '' })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('broken') as string,
  })
  expect(await ssm(folder.path, ['logs', ...task])).toMatchObject({ code: 0 })
  expect(stderr).toContain('log of the failed job: out/logs')
})

test.each([
  ['an unknown option', ['ps', '--nonsense']],
  ['a value out of bounds', ['shell', ...task, '--cmd', 'x', '--ic', '0']],
  ['a name that cannot be', ['shell', '-p', 'ex', '-t', 'a_b', '--cmd', 'x']],
  ['an empty text in the place of a path', ['shell', ...task, '--cmd', 'x', '-i', '']],
  ['a combination that cannot be', ['shell', ...task, '--cmd', 'x', '--warm', '30 minutes', '--spot']],
  ['no program', ['process', ...task]],
])('2: %s', async (_, argv) => {
  await using folder = await workFolder()
  expect((await ssm(folder.path, argv)).code).toBe(2)
})

test('2: a file where a folder is needed, before a job is started', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'file'), '')
  for (const path of ['file', 'file/out'])
    expect(await ssm(folder.path, shell('echo done', '-o', path))).toMatchObject({ code: 2, stdout: '' })
})

test.skipIf(process.platform === 'win32')('2: a working folder that is gone, but only for what needs one', async () => {
  await using folder = await workFolder()
  const program = await ssmProgram()
  const inNoFolder = async (...argv: readonly string[]): Promise<Printed> => {
    const line = 'mkdir "$0"; cd "$0"; rmdir "$0"; exec "$@"'
    const own = [join(folder.path, 'gone'), process.execPath, program, ...argv]
    const ended = await execa('sh', ['-c', line, ...own], { env: environment(), extendEnv: false, reject: false })
    return { code: ended.exitCode ?? -1, stdout: ended.stdout, stderr: ended.stderr }
  }
  expect(await inNoFolder('--version')).toMatchObject({ code: 0, stderr: '' })
  const { code, stderr } = await inNoFolder('ps', '-p', 'ex', '--platform', 'local')
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: The working folder [^\n]+\nhint: Change to a folder[^\n]+$/)])
})

test('the name of an option that may have been meant as a hyperparameter is refused, also with --quiet', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'a.py'), '')
  const plan = (...more: readonly string[]): Promise<Printed> =>
    ssm(folder.path, ['plan', 'run', ...task, '-e', 'a.py', '-q', ...more])
  expect(await plan('--retries', '3')).toMatchObject({ code: 2, stderr: expect.stringContaining('--hp retries 3') as string })
  expect(await plan('--retries=3')).toMatchObject({ code: 0 })
  expect(await plan('--role', 'arn:aws:iam::123456789012:role/jobs')).toMatchObject({ code: 0 })
})

test('4: no credentials, and a folder that cannot be written', async () => {
  await using folder = await workFolder()
  const env = { SSM_PLATFORM: 'aws' }
  const { code, stderr } = await ssm(folder.path, ['ps', '-p', 'ex'], { ...env, AWS_EC2_METADATA_DISABLED: 'true' })
  expect([code, stderr.split('\n').length > 1]).toEqual([4, true])
  const unsaved = await ssm(folder.path, shell(`echo done; touch '${folder.path}/late'`, '-o', 'late'))
  expect(unsaved).toMatchObject({ code: 4, stdout: 'done\n' })
  // The job itself went well.
  expect(unsaved.stderr).not.toContain('failed')
})

test.each([
  ['a script', ['run', ...task, '-e', 'nowhere.py']],
  ['an input', ['shell', ...task, '--cmd', 'ls', '-i', './nowhere']],
  ['an output of another task', ['shell', ...task, '--cmd', 'ls', '--iit', 'a', 'other', 'model']],
  ['a job', ['logs', 't-2026-01-01-00-00-00-AAAAAAAA']],
  ['any job of a task', ['stop', ...task]],
  ['a completed job', ['data', ...task, '-o', 'out']],
  ['any job or state of a task', ['data', ...task, '--cs']],
  ['a file', ['graph', 'nowhere.ts']],
])('5: %s is not there', async (_, argv) => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(folder.path, argv)
  expect(code).toBe(5)
  expect(stderr).toMatch(/^error: [^\n]+[\s\S]*\nhint: /)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('6: a quota or a capacity, whatever the act', () => {
  for (const code of ['PLATFORM_QUOTA', 'PLATFORM_CAPACITY', 'PLATFORM_THROTTLED', 'STORAGE_FULL'] as const)
    expect(exitCodeOf(new SsmError(code, 'full'))).toBe(6)
})

test('7: a job that ran into its time limit', async () => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(folder.path, shell('exec sleep 60', '--max_run', '1 second'))
  expect(code).toBe(7)
  expect(stderr).toContain('time limit')
}, 60_000)

test('every code of the library has its number, and what nobody foresaw is 1', () => {
  expect(Object.keys(exitCodes).sort()).toEqual(Object.keys(errorCodes).sort())
  expect(exitCodeOf(new TypeError('surprise'))).toBe(1)
})

test('an error shows its causes and its stack only with --verbose', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'ssm.config.json'), '{')
  const quiet = await ssm(folder.path, ['config'])
  const verbose = await ssm(folder.path, ['config', '--verbose'])
  expect(quiet).toMatchObject({ code: 2, stderr: expect.not.stringMatching(/\n\s+at /) as string })
  expect(verbose.stderr).toMatch(/caused by: [\s\S]*\n\s+at /)
  chmodSync(folder.path, 0o755)
})
