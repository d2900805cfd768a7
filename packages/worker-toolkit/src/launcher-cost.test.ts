import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lacking } from '../../../test/support/prerequisites.ts'
import { Machine, shells } from '../test/machine.ts'
import { bundleFile, launchFolders, launchPipes, launcherFile, settingsFile } from './contract.ts'

const launcher = readFileSync(new URL(`../launcher/${launcherFile}`, import.meta.url), 'utf8')

/** How many processes a job of one program takes beside the launcher itself. */
async function processesOf(machine: Machine, shell: readonly string[], sums: readonly string[]): Promise<number> {
  const trace = join(machine.root, 'trace')
  const env = { SM_NUM_CPUS: '2' }
  const ended = await machine.run(['strace', '-f', '-qq', '-e', 'trace=execve', '-o', trace, ...shell], env, [
    ...machine.digests(),
    ...sums,
  ])
  expect(ended.code).toBe(0)
  // Processes that start no program of their own are not seen; each of those here does. On a busy computer the launcher sleeps
  // a moment, again and again, until tee has ended.
  const lines = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((text) => text.includes(' execve(') && !text.includes('/sleep"'))
  return new Set(lines.map((text) => text.split(' ')[0])).size - 1
}

const sumsIn = (machine: Machine): string =>
  execFileSync('sha256sum', [launcherFile, settingsFile, bundleFile], { cwd: machine.channel, encoding: 'utf8' })

describe.each(shells.filter(({ name }) => name !== 'busybox sh'))(
  'what the launcher costs under $name',
  ({ argv: shell, here }) => {
    const on = here && lacking('strace') === undefined ? test : test.skip
    const job = { run: 'command', argv: ['/bin/true'] } as const

    on('a job of one program takes seven processes more, and fewer where the machine was prepared', async () => {
      const bare = new Machine(job)
      // sha256sum, mkdir, tar, gzip, mkfifo, tee, tail, and the program
      expect(await processesOf(bare, shell, [])).toBe(8)
      const prepared = new Machine(job)
      for (const folder of launchFolders('training', 'algo-1')) mkdirSync(prepared.root + folder, { recursive: true })
      execFileSync(
        'mkfifo',
        launchPipes.map((path) => prepared.root + path),
      )
      // tar, gzip, tee, tail, and the program
      expect(await processesOf(prepared, shell, [sumsIn(prepared)])).toBe(5)
    })
  },
)

describe.each(shells)('the environment of a job under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on('reaches the program unchanged, whatever names it has', async () => {
    const used = [...launcher.matchAll(/(?:^|[\s;{(])(?:for |read -r )?([a-z_]\w*)(?==| in |; do)/gm)].map(
      ([, name = '']) => name,
    )
    const known = ['state', 'host', 'output', 'code', 'name', 'line', 'model', 'rest', 'config', 'LINE', 'entry', 'program']
    const names = [...new Set([...used, ...known])].filter((name) => !/^_|^ssm_/.test(name))
    const machine = new Machine({ run: 'command', argv: ['env', '-0'] })
    const env = Object.fromEntries(names.map((name) => [name, `own ${name}`]))
    const told = (await machine.run(shell, env)).stdout.toString().split('\0')
    for (const name of names) expect(told).toContain(`${name}=own ${name}`)
  })

  on('does not change how the launcher works', async () => {
    const env = { TAR_OPTIONS: '--no-such-option', GZIP: '--no-such-option', CDPATH: '/', IFS: 'abc', ENV: '/nowhere' }
    const ended = await new Machine({ run: 'line', argv: ['echo good'] }).run(shell, env)
    expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([0, 'good\n', ''])
  })
})

describe.each(shells)('the pinned files under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on('are compared with digests that were already taken', async () => {
    const machine = new Machine({ run: 'line', argv: ['echo good'] })
    const good = await machine.run(shell, {}, [...machine.digests(), sumsIn(machine)])
    expect([good.code, good.stdout.toString()]).toEqual([0, 'good\n'])
    const other = sumsIn(machine).replace(/^.*launch\.settings$/m, `${'0'.repeat(64)}  launch.settings`)
    const bad = await machine.run(shell, {}, [...machine.digests(), other])
    expect([bad.code, machine.failure()]).toEqual([86, expect.stringContaining('launch.settings is not the file')])
  })
})
