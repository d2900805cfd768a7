import { describe, expect, test } from 'vitest'
import { Machine, quoted, shells } from '../test/machine.ts'
import type { Layout } from '../test/machine.ts'

/** A Python program that says when it is ready and, told to stop, takes its time and leaves a file in the state. */
const saver = [
  'import os, signal, sys, time',
  'def save(*_):',
  '    print("saving", flush=True)',
  '    time.sleep(0.4)',
  '    open(os.environ["SSM_STATE"] + "/saved", "a").write("s")',
  '    sys.exit(0)',
  'signal.signal(signal.SIGTERM, save)',
  'print("ready", flush=True)',
  'time.sleep(60)',
  '',
].join('\n')

/** A program whose children would fail if they were told to stop before their parent ends them. */
const parent = [
  'import os, signal, subprocess, sys, time',
  'child = subprocess.Popen([sys.executable, "-c", "import time; print(\\"ready\\", flush=True); time.sleep(60)"])',
  'def save(*_):',
  '    time.sleep(0.3)',
  '    print("child alive:", child.poll() is None, flush=True)',
  '    child.kill()',
  '    child.wait()',
  '    sys.exit(0)',
  'signal.signal(signal.SIGTERM, save)',
  'time.sleep(60)',
  '',
].join('\n')

describe.each(shells)('SIGTERM under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  const lines: readonly (readonly [string, Layout])[] = [
    ['a program followed by another', { run: 'line', argv: ['python3 t.py; echo after'] }],
    ['a program whose words go elsewhere', { run: 'line', argv: ['python3 t.py 2>/dev/null; echo after'] }],
    ['a program in a script', { run: 'script', argv: ['w.sh'] }],
    ['a program of a shell given as command', { run: 'command', argv: ['/bin/sh', '-c', 'python3 t.py; echo after'] }],
  ]
  on.each(lines)('reaches %s, and its end is waited for', async (_, layout) => {
    const files = { 't.py': saver, 'w.sh': '#!/usr/bin/env bash\npython3 t.py\necho after\n' }
    const machine = new Machine({ ...layout, files })
    const running = machine.start(shell)
    await running.said('ready')
    running.kill('SIGTERM')
    const ended = await running.ended
    expect([ended.stdout.toString().includes('after'), machine.read('/state/saved')]).toEqual([false, 's'])
    expect([await machine.processesLeft(), machine.leftovers()]).toEqual([[], []])
  })

  on('reaches a Python program alone, which ends its own children', async () => {
    const machine = new Machine({ run: 'python', argv: ['p.py'], files: { 'p.py': parent } })
    const running = machine.start(shell)
    await running.said('ready')
    running.kill('SIGTERM')
    const ended = await running.ended
    expect([ended.code, ended.stdout.toString()]).toEqual([0, 'ready\nchild alive: True\n'])
    expect(await machine.processesLeft()).toEqual([])
  })

  on('reaches what a program leaves running when it dies of the signal', async () => {
    const python = `import subprocess, sys\nsubprocess.run([sys.executable, "t.py"])\n`
    const machine = new Machine({ run: 'python', argv: ['p.py'], files: { 'p.py': python, 't.py': saver } })
    const running = machine.start(shell)
    await running.said('ready')
    running.kill('SIGTERM')
    expect([(await running.ended).code, machine.read('/state/saved')]).toEqual([143, 's'])
    expect([await machine.processesLeft(), machine.failure()]).toEqual([[], expect.stringContaining('SIGTERM')])
  })

  on('does not reach whoever started a launcher that leads no process group', async () => {
    const machine = new Machine({ run: 'line', argv: ['python3 t.py; echo after'], files: { 't.py': saver } })
    const inner = [...shell, `${machine.channel}/launch.sh`, ...machine.digests()].map(quoted).join(' ')
    // The outer shell leads the group, would die of the signal, and tells how the launcher ended.
    const outer = new Machine({
      run: 'line',
      argv: [`SSM_MACHINE_ROOT=${quoted(machine.root)} ${inner} & pid=$!; echo "pid $pid"; wait $pid; echo "ended $?"`],
    })
    const running = outer.start(['sh'])
    await running.said('ready')
    process.kill(Number(/pid (\d+)/.exec(running.soFar())?.[1]), 'SIGTERM')
    await running.said('ended')
    expect((await running.ended).code).toBe(0)
    for (const pid of machine.processes()) process.kill(pid, 'SIGKILL')
  })
})
