import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Machine, shells, whereIs } from '../../../worker-toolkit/test/machine.ts'
import { launchVector } from './boot.ts'
import { lacking } from '../../../../test/support/prerequisites.ts'

/** A machine, and how its job ends when it is started as the request says. */
function started(
  change: (machine: Machine) => void,
  env: Readonly<Record<string, string>> = {},
): { code: number | null; out: string } {
  const machine = new Machine({ run: 'line', argv: ['echo good; exit 7'] })
  const [launcherSha256 = '', settingsSha256 = '', bundleSha256 = ''] = machine.digests()
  change(machine)
  const { entrypoint, args } = launchVector('training', { launcherSha256, settingsSha256, bundleSha256 })
  const [program = '', ...rest] = [...entrypoint, ...args]
  const done = spawnSync(program, rest, {
    env: { PATH: process.env['PATH'], SSM_MACHINE_ROOT: machine.root, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { code: done.status, out: done.stdout + done.stderr }
}

test('a job starts, whatever PATH its environment has', () => {
  expect(started(() => {})).toEqual({ code: 7, out: 'good\n' })
  for (const PATH of ['/opt/x', '', 'relative:/nowhere']) expect(started(() => {}, { PATH })).toEqual({ code: 7, out: 'good\n' })
})

test.each(['launch.sh', 'launch.settings', 'sourcedir.tar.gz'])('a changed %s is refused, and nothing runs', (file) => {
  const { code, out } = started(({ channel }) => writeFileSync(join(channel, file), 'echo evil\n'))
  expect([code, out]).toEqual([86, expect.stringContaining(file)])
  expect(out).not.toContain('good')
  expect(out).not.toMatch(/^evil/m)
})

// The first words look for programs in the system's folders as well: a shell without them stands for an image that has none there.
function withTools(tools: readonly string[]): { code: number | null; out: string; failure: string | undefined } {
  const machine = new Machine({ run: 'line', argv: ['echo good'] })
  const [launcherSha256 = '', settingsSha256 = '', bundleSha256 = ''] = machine.digests()
  const bin = join(machine.root, 'few')
  mkdirSync(bin)
  mkdirSync(join(machine.root, 'opt/ml/output'), { recursive: true })
  for (const tool of ['sh', 'tar', 'gzip', 'mkdir', ...tools]) symlinkSync(whereIs(tool), join(bin, tool))
  const { args } = launchVector('training', { launcherSha256, settingsSha256, bundleSha256 })
  const [option = '', boot = '', ...rest] = args
  const alone = boot.replace(':/usr/bin:/bin', '')
  const done = spawnSync('/bin/sh', [option, alone, ...rest], {
    env: { PATH: bin, SSM_MACHINE_ROOT: machine.root },
    encoding: 'utf8',
  })
  return { code: done.status, out: done.stdout + done.stderr, failure: machine.failure() }
}

test.each(['shasum', 'busybox', 'openssl', 'python3'].filter((tool) => lacking(tool) === undefined))(
  'a job starts in an image that has %s and no sha256sum',
  (tool) => {
    expect(withTools([tool, ...(tool === 'shasum' ? ['perl'] : [])])).toEqual({ code: 0, out: 'good\n', failure: undefined })
  },
)

test('an image that cannot make digests is said to be one, where SageMaker looks for the reason as well', () => {
  const reason = /^none of sha256sum, shasum, busybox, openssl and python3 is in the image.*Add coreutils in a Dockerfile\.\n$/
  const { code, out, failure } = withTools([])
  expect([code, out.replace(/^ssm: /, ''), failure]).toEqual([127, failure, expect.stringMatching(reason)])
})

test('every word of a job’s start has room in a container argument, and is one line', () => {
  const digest = '0'.repeat(64)
  const { args } = launchVector('processing', { launcherSha256: digest, settingsSha256: digest, bundleSha256: digest })
  for (const word of args) expect([word.length <= 256, word.includes('\n')]).toEqual([true, false])
})

test('a file that imitates the list of digests is not taken for it', () => {
  const { code, out } = started((machine) => {
    const [launcher = ''] = machine.digests()
    writeFileSync(join(machine.channel, 'launch.sh'), 'echo evil\n')
    writeFileSync(join(machine.channel, `${launcher}  launch.sh`), '')
  })
  expect([code, out]).toEqual([86, 'ssm: launch.sh was changed\n'])
})

test.each(shells)('the first words are understood by $name', ({ argv, here }) => {
  if (!here) return
  const machine = new Machine({ run: 'line', argv: ['echo good'] })
  const [launcherSha256 = '', settingsSha256 = '', bundleSha256 = ''] = machine.digests()
  const { args } = launchVector('training', { launcherSha256, settingsSha256, bundleSha256 })
  const [shell = '', ...options] = argv
  const env = { PATH: process.env['PATH'], SSM_MACHINE_ROOT: machine.root }
  const done = spawnSync(shell, [...options, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect([done.status, done.stdout, done.stderr]).toEqual([0, 'good\n', ''])
})
