import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Machine, quickPath, quoted, shells, twoMachines } from '../test/machine.ts'
import { hasEnded, isAwaited } from './contract.ts'
import { lacking } from '../../../test/support/prerequisites.ts'

describe.each(shells)('machines under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on('tells NCCL and Gloo of several machines which interface and which machine this is, unless the job says so', async () => {
    const told = 'printf "%s %s %s" "${NCCL_SOCKET_IFNAME-}" "${GLOO_SOCKET_IFNAME-}" "${NCCL_HOSTID-}"'
    const machine = new Machine({ run: 'line', argv: [told], resources: twoMachines })
    expect((await machine.run(shell)).stdout.toString()).toBe('eth0 eth0 algo-2')
    expect((await machine.run(shell, { NCCL_SOCKET_IFNAME: 'ib0' })).stdout.toString()).toBe('ib0 eth0 algo-2')
    expect((await new Machine({ run: 'line', argv: [told] }).run(shell)).stdout.toString()).toBe('  ')
  })

  on('waits until the names of all machines are known, and gives up when one is not', async () => {
    const machine = new Machine({
      run: 'line',
      argv: ['cat "$SSM_MACHINE_ROOT/asked"'],
      resources: twoMachines,
      settings: 'ssm_wait_for_machines=2',
    })
    // Knows algo-2 when it was asked for the second time.
    const getent = [
      '#!/bin/sh',
      'echo "$2" >>"$SSM_MACHINE_ROOT/asked"',
      '[ "$2" = algo-1 ] || [ "$(grep -c algo-2 "$SSM_MACHINE_ROOT/asked")" -gt 1 ]',
    ]
    machine.put('/bin/getent', `${getent.join('\n')}\n`)
    chmodSync(`${machine.root}/bin/getent`, 0o755)
    const env = { PATH: `${machine.root}/bin:${quickPath}` }
    expect((await machine.run(shell, env)).stdout.toString()).toBe('algo-1\nalgo-2\nalgo-2\n')
    machine.put('/bin/getent', '#!/bin/sh\nexit 2\n')
    const settings = 'ssm_wait_for_machines=2 ssm_tell_wait=1'
    const other = new Machine({ run: 'line', argv: ['true'], resources: twoMachines, settings })
    const ended = await other.run(shell, env)
    expect([ended.code, other.failure()]).toEqual([
      1,
      'machine algo-1 was not found by algo-2 within 15 minutes: it did not start, or its program had ended before algo-2 could look for it. A program that ends at once should wait for the other machines first.\n',
    ])
    expect(ended.stderr.toString().match(/algo-2 waits for machine algo-1, whose name is not known yet/g)).toHaveLength(1)
  })

  on('a known name is not enough while its machine has not started', async () => {
    const settings = 'ssm_wait_for_machines=2'
    const machine = new Machine({ run: 'line', argv: ['echo good'], resources: twoMachines, settings })
    machine.put('/bin/getent', '#!/bin/sh\nexit 0\n')
    chmodSync(`${machine.root}/bin/getent`, 0o755)
    const env = { PATH: `${machine.root}/bin:${quickPath}` }
    expect((await machine.run(shell, env)).stdout.toString()).toBe('good\n')
    machine.put(isAwaited('algo-1'), '')
    const ended = await machine.run(shell, env)
    expect([ended.code, ended.stdout.toString()]).toEqual([1, ''])
    expect(machine.failure()).toMatch(/^machine algo-1 was not found by algo-2 within 15 minutes/)
  })

  on('does not wait for the name of a machine whose program has ended well', async () => {
    const settings = 'ssm_wait_for_machines=900'
    const machine = new Machine({ run: 'line', argv: ['echo good'], resources: twoMachines, settings })
    machine.put(hasEnded('algo-1'), '')
    machine.put('/bin/getent', '#!/bin/sh\n[ "$2" = algo-2 ]\n')
    chmodSync(`${machine.root}/bin/getent`, 0o755)
    const ended = await machine.run(shell, { PATH: `${machine.root}/bin:${quickPath}` })
    expect([ended.code, ended.stdout.toString()]).toEqual([0, 'good\n'])
  })

  on("a processing job's code lies where SageMaker's own processors put it, too", async () => {
    const machine = new Machine({
      kind: 'processing',
      run: 'line',
      argv: ['cd / && python3 "$SSM_MACHINE_ROOT/opt/ml/processing/input/code/sub/prep.py"'],
      files: { 'sub/prep.py': 'import helper\nhelper.say()\n', 'sub/helper.py': 'def say():\n  print("found")\n' },
    })
    expect((await machine.run(shell)).stdout.toString()).toBe('found\n')
  })

  const mounts = here && lacking('unshare', 'mount') === undefined && canMount() ? test : test.skip
  mounts('a full disk is said to be one', async () => {
    const machine = new Machine({ run: 'line', argv: ['true'], files: { 'big.bin': randomText(400_000) } })
    const digests = machine.digests().join(' ')
    const inside = [
      `cp -R ${quoted(machine.root)} /tmp/keep-$$`,
      `mount -t tmpfs -o size=700k none ${quoted(machine.root)}`,
      `cp -R /tmp/keep-$$/. ${quoted(machine.root)}`,
      'rm -rf /tmp/keep-$$',
      `exec ${shell.join(' ')} ${quoted(`${machine.channel}/launch.sh`)} ${digests}`,
    ]
    const done = spawnSync('unshare', ['-rm', 'sh', '-c', inside.join('\n')], {
      env: { PATH: quickPath, SSM_MACHINE_ROOT: machine.root },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect([done.status, done.stderr]).toEqual([1, expect.stringContaining("the machine's disk is full")])
  })

  on('tells TensorFlow of its machines when asked to', async () => {
    const settings = "ssm_distribution='multi_worker_mirrored'"
    const machine = new Machine({ run: 'line', argv: ['printf %s "$TF_CONFIG"'], resources: twoMachines, settings })
    const worker = ['algo-1:8890', 'algo-2:8890']
    expect(JSON.parse((await machine.run(shell)).stdout.toString())).toEqual({
      cluster: { worker },
      task: { type: 'worker', index: 1 },
      environment: 'cloud',
    })
  })
})

/** Whether this computer lets a process have mounts of its own. */
function canMount(): boolean {
  return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
}

const randomText = (bytes: number): string => randomBytes(bytes / 2).toString('hex')
