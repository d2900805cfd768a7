import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { paths, stateArchiveFile } from './contract.ts'
import { Machine, shells, twoMachines } from '../test/machine.ts'
import type { Layout } from '../test/machine.ts'

const settings = 'ssm_state_archive=1'
const kept = { training: paths.training.stateArchive, processing: paths.processing.stateArchive } as const

const machineThat = (line: string, more: Partial<Layout> = {}): Machine =>
  new Machine({ run: 'line', argv: [line], settings, ...more })

/** What an archive holds, by name. */
const namesIn = (machine: Machine, path: string): readonly string[] =>
  execFileSync('tar', ['-tzf', machine.root + path], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name !== '' && !name.endsWith('/'))
    .toSorted()

const bytesOf = (machine: Machine, path: string): Buffer => readFileSync(machine.root + path)
const filesIn = (machine: Machine, path: string): readonly string[] => readdirSync(machine.root + path).toSorted()

/** The machine of the next job, with what was kept of this one. */
function next(machine: Machine, line: string, more: Partial<Layout> = {}): Machine {
  const { kind = 'training' } = more
  const after = machineThat(line, more)
  const given = kind === 'training' ? kept.training : paths.processing.previousState
  for (const name of filesIn(machine, kept[kind])) after.put(`${given}/${name}`, bytesOf(machine, `${kept[kind]}/${name}`))
  return after
}

const archive = (kind: 'training' | 'processing' = 'training', host = 'algo-1'): string =>
  `${kept[kind]}/${stateArchiveFile(host)}`

describe.each(shells)('state as one archive under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on.each(['training', 'processing'] as const)('is packed at the end of a %s job, and given to the next one', async (kind) => {
    const machine = machineThat(
      'echo 1 > "$SSM_INSTANCE_STATE/epoch"; mkdir "$SSM_STATE/a b"; echo x > "$SSM_STATE/a b/.hidden"',
      {
        kind,
      },
    )
    expect((await machine.run(shell)).code).toBe(0)
    expect(filesIn(machine, kept[kind])).toEqual([stateArchiveFile('algo-1')])
    expect(namesIn(machine, archive(kind))).toEqual(['./a b/.hidden', './algo-1/epoch'])
    const after = next(machine, 'cat "$SSM_INSTANCE_STATE/epoch" "$SSM_STATE/a b/.hidden"; rm -r "$SSM_STATE/a b"', { kind })
    const ended = await after.run(shell)
    expect([ended.code, ended.stdout.toString()]).toEqual([0, '1\nx\n'])
    expect(namesIn(after, archive(kind))).toEqual(['./algo-1/epoch'])
  })

  on('is packed when the program fails, and when it is stopped', async () => {
    const failing = machineThat('echo 7 > "$SSM_STATE/n"; exit 3')
    expect((await failing.run(shell)).code).toBe(3)
    expect(namesIn(failing, archive())).toEqual(['./n'])
    const stopped = machineThat('trap \'echo late > "$SSM_STATE/late"; exit 0\' TERM; echo ready; while :; do sleep 0.05; done')
    const running = stopped.start(shell)
    await running.said('ready')
    running.kill('SIGTERM')
    await running.ended
    expect(namesIn(stopped, archive())).toEqual(['./late'])
    expect([await stopped.processesLeft(), stopped.leftovers()]).toEqual([[], []])
  })

  on('is what the program last saved when its machine is gone without a word', async () => {
    const machine = machineThat(
      'echo 1 > "$SSM_STATE/n"; "$SSM_SAVE_STATE" || exit 9; echo 2 > "$SSM_STATE/n"; echo saved; sleep 60',
    )
    const running = machine.start(shell)
    await running.said('saved')
    process.kill(-running.pid, 'SIGKILL')
    await running.ended
    const after = next(machine, 'cat "$SSM_STATE/n"')
    expect((await after.run(shell)).stdout.toString()).toBe('1\n')
  })

  on('stays as it was when it cannot be packed whole', async () => {
    // A tar that breaks off in the middle, and a link that no later machine would unpack.
    const machine = machineThat(
      [
        'echo good > "$SSM_STATE/n"; "$SSM_SAVE_STATE" || exit 9',
        "mkdir bin; printf '#!/bin/sh\\nhead -c 700 /dev/zero\\nexit 2\\n' > bin/tar; chmod 755 bin/tar",
        'echo bad > "$SSM_STATE/n"; PATH="$PWD/bin:$PATH" "$SSM_SAVE_STATE" && exit 8',
        'ln -s /etc/passwd "$SSM_STATE/link"; "$SSM_SAVE_STATE" && exit 7',
        'exit 0',
      ].join('\n'),
    )
    const ended = await machine.run(shell)
    expect(ended.code).toBe(0)
    expect(ended.stderr.toString().match(/was not saved: .* What was saved before stays\./g)).toHaveLength(3)
    expect(filesIn(machine, kept.training)).toEqual([stateArchiveFile('algo-1')])
    expect((await next(machine, 'cat "$SSM_STATE/n"').run(shell)).stdout.toString()).toBe('good\n')
  })

  on('is that of each machine, and all are given to all', async () => {
    const line = 'echo "$SM_CURRENT_HOST" > "$SSM_INSTANCE_STATE/me"; echo shared > "$SSM_STATE/all"'
    const one = machineThat(line, { resources: twoMachines.replace('"current_host":"algo-2"', '"current_host":"algo-1"') })
    const two = machineThat(line, { resources: twoMachines })
    for (const machine of [one, two]) expect((await machine.run(shell)).code).toBe(0)
    expect(namesIn(one, archive())).toEqual(['./algo-1/me', './all'])
    expect(namesIn(two, archive('training', 'algo-2'))).toEqual(['./algo-2/me'])
    const after = next(one, 'cat "$SSM_STATE/algo-1/me" "$SSM_STATE/algo-2/me" "$SSM_STATE/all"', { resources: twoMachines })
    after.put(archive('training', 'algo-2'), bytesOf(two, archive('training', 'algo-2')))
    expect((await after.run(shell)).stdout.toString()).toBe('algo-1\nalgo-2\nshared\n')
  })

  on('takes in the files of a time when there was none, and gives them back when there is none any more', async () => {
    const before = machineThat('echo 2 >> "$SSM_STATE/n"')
    before.put(`${kept.training}/n`, '1\n')
    before.put(`${kept.training}/algo-2/other`, 'x')
    expect((await before.run(shell)).code).toBe(0)
    expect(filesIn(before, kept.training)).toEqual([stateArchiveFile('algo-1')])
    const after = machineThat('cat "$SSM_STATE/n"; ls -A "$SSM_STATE"; echo "${SSM_SAVE_STATE-unset}"', { settings: '' })
    after.put(`/state/${stateArchiveFile('algo-1')}`, bytesOf(before, archive()))
    expect((await after.run(shell)).stdout.toString()).toBe('1\n2\nalgo-1\nalgo-2\nn\nunset\n')
  })

  on('is refused when it is damaged, and nothing is there when the program keeps none', async () => {
    const machine = machineThat('true')
    expect((await machine.run(shell)).code).toBe(0)
    expect(filesIn(machine, kept.training)).toEqual([])
    const damaged = machineThat('echo ran')
    damaged.put(archive(), 'no archive')
    const ended = await damaged.run(shell)
    expect([ended.code, ended.stdout.toString()]).toEqual([1, ''])
    expect(damaged.failure()).toMatch(/the state in ssm-state\.algo-1\.tar\.gz could not be unpacked: it is damaged/)
  })

  on('is saved by one after the other, and a saver that was killed holds nobody up', async () => {
    const machine = machineThat(
      'i=0; while [ $i -lt 4 ]; do echo $i > "$SSM_STATE/n$i"; "$SSM_SAVE_STATE" & i=$((i + 1)); done; wait; ' +
        'mkdir "${SSM_SAVE_STATE%/*}/packing"; echo 999999999 > "${SSM_SAVE_STATE%/*}/packing/holder"',
    )
    expect((await machine.run(shell)).code).toBe(0)
    expect(namesIn(machine, archive())).toEqual(['./n0', './n1', './n2', './n3'])
  })
})

test('the toolkits save from Python and Node, and say when it was not possible', async () => {
  const python = [
    'import sys; sys.path.insert(0, sys.argv[1])',
    'from worker_toolkit import worker_lib',
    'import os',
    'open(os.environ["SSM_STATE"] + "/n", "w").write("1")',
    'print(worker_lib.save_state())',
    'os.symlink("/etc/passwd", os.environ["SSM_STATE"] + "/out")',
    'try: worker_lib.save_state()',
    'except RuntimeError as error: print(error)',
    'os.remove(os.environ["SSM_STATE"] + "/out")',
  ].join('\n')
  const toolkit = new URL('../python', import.meta.url).pathname
  const machine = new Machine({ run: 'python', argv: ['p.py', toolkit], files: { 'p.py': python }, settings })
  expect((await machine.run(['sh'])).stdout.toString()).toBe(
    'True\nThe state could not be saved: the lines above say why. What was saved before stays.\n',
  )
  expect(namesIn(machine, archive())).toEqual(['./n'])
  const without = new Machine({
    run: 'python',
    argv: ['p.py', toolkit],
    files: { 'p.py': python.split('\n').slice(0, 5).join('\n') },
  })
  expect((await without.run(['sh'])).stdout.toString()).toBe('False\n')
  const { saveState } = await import('./save-state.ts')
  expect(await saveState()).toBe(false)
  const before = process.env['SSM_SAVE_STATE']
  try {
    process.env['SSM_SAVE_STATE'] = join(machine.root, 'saver')
    writeFileSync(join(machine.root, 'saver'), 'exit 0')
    expect(await saveState()).toBe(true)
    writeFileSync(join(machine.root, 'saver'), 'exit 1')
    await expect(saveState()).rejects.toThrow('What was saved before stays')
  } finally {
    if (before === undefined) delete process.env['SSM_SAVE_STATE']
    else process.env['SSM_SAVE_STATE'] = before
  }
  expect(existsSync(join(machine.root, 'saver'))).toBe(true)
})
