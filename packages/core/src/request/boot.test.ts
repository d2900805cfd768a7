import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Machine, shells } from '../../../worker-toolkit/test/machine.ts'
import { launchVector } from './boot.ts'

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
