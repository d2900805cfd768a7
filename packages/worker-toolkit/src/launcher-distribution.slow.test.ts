import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Machine, quickPath, shells } from '../test/machine.ts'
import { isInstalled } from '../../../test/support/prerequisites.ts'
import type { Layout } from '../test/machine.ts'

const hosts = ['algo-1', 'algo-2', 'algo-3']

const resources = (host: string, all: readonly string[]): string =>
  JSON.stringify({ current_host: host, hosts: all, network_interface_name: 'eth7' })

/** A folder of programs, each a few lines of shell. */
function programs(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-programs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines.join('\n')}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

const tell = `for word; do printf '%s|' "$word"; done; echo`

/** The machines of one job, each with the roots of all by name in FAKE_ROOTS. */
function cluster(all: readonly string[], layout: Omit<Layout, 'resources'>, folder: string): readonly Machine[] {
  const machines = all.map((host) => new Machine({ ...layout, resources: resources(host, all) }))
  for (const [at, { root }] of machines.entries()) writeFileSync(join(folder, `root-of-${all[at] ?? ''}`), root)
  return machines
}

describe.each(shells)('torchrun under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip
  const layout = { run: 'python', argv: ['t.py', '--lr', '0.1', 'a b'], files: { 't.py': '' } } as const

  on('starts one process on every machine, which know each other', async () => {
    const folder = programs({ torchrun: [tell] })
    const machines = cluster(hosts, { ...layout, settings: "ssm_distribution='torchrun'" }, folder)
    const told = await Promise.all(machines.map((machine) => machine.run(shell, { PATH: `${folder}:${quickPath}` })))
    expect(told.map(({ stdout }) => stdout.toString())).toEqual(
      [0, 1, 2].map(
        (rank) =>
          `--nnodes=3|--nproc_per_node=1|--master_addr=algo-1|--node_rank=${rank}|--master_port=7777|t.py|--lr|0.1|a b|\n`,
      ),
    )
  })

  on('starts as many processes as asked for, or one for each GPU, and sets the protocol', async () => {
    const env = ['echo "$NCCL_PROTO ${NCCL_SOCKET_IFNAME-none}"']
    const folder = programs({ torchrun: [tell, ...env], 'nvidia-smi': ['echo "GPU 0: A"; echo "GPU 1: A"'] })
    const run = async (settings: string): Promise<string> =>
      (
        await new Machine({ ...layout, settings }).run(shell, { PATH: `${folder}:${quickPath}`, MASTER_PORT: '12' })
      ).stdout.toString()
    const one = '--nnodes=1|--nproc_per_node=2|--master_port=12|t.py|--lr|0.1|a b|\nsimple none\n'
    expect(await run("ssm_distribution='torchrun'")).toBe(one)
    expect(await run("ssm_distribution='torchrun' ssm_processes='5'")).toBe(one.replace('node=2', 'node=5'))
  })

  const without = here && !isInstalled('torchrun') ? test : test.skip
  without('is found as a module of PyTorch, or said to be missing', async () => {
    const settings = "ssm_distribution='torchrun'"
    const machine = new Machine({ ...layout, settings })
    expect([(await machine.run(shell, { PATH: quickPath })).code, machine.failure()]).toEqual([
      127,
      expect.stringContaining('torchrun is not in the image, nor PyTorch in its python3'),
    ])
    const files = {
      't.py': '',
      'torch/__init__.py': '',
      'torch/distributed/__init__.py': '',
      'torch/distributed/run.py': 'if __name__ == "__main__":\n  import sys\n  print(sys.argv[1:])\n',
    }
    const found = await new Machine({ ...layout, files, settings }).run(shell, { PATH: quickPath })
    expect(found.stdout.toString()).toContain(
      "'--nnodes=1', '--nproc_per_node=1', '--master_port=7777', 't.py', '--lr', '0.1', 'a b'",
    )
  })
})

describe.each(shells)('mpi under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip
  // Runs the program once, as the process of one of the machines.
  const mpirun = [tell, 'while [ "$1" != /bin/sh ]; do shift; done', 'OMPI_COMM_WORLD_RANK=0 "$@"']
  const ssh = [
    'while [ "${1#-}" != "$1" ]; do shift 2; done',
    // Nobody answers before sshd runs there.
    '[ -e "$FAKE/sshd-on-$1" ] || exit 255',
    '[ "$2" = true ] || eval "$(printf %s "$2" | sed "s#$SSM_MACHINE_ROOT#$(cat "$FAKE/root-of-$1")#")"',
  ]
  const line = { run: 'line', argv: ['echo "$OMPI_COMM_WORLD_RANK $SM_CURRENT_HOST $1"; exit 3', 'a b'] } as const
  const settings = (more = ''): string => `ssm_distribution='mpi' ssm_processes='2' ${more}`

  on('needs no ssh on one machine, and takes options of its own', async () => {
    const folder = programs({ mpirun })
    const options = "ssm_mpi_options='-x\nNAME=a b\n--verbose'"
    const machine = new Machine({ ...line, settings: settings(options), resources: resources('algo-1', ['algo-1']) })
    const ended = await machine.run(shell, { PATH: `${folder}:${quickPath}` })
    const [call = '', said] = ended.stdout.toString().split('\n')
    expect(call).toMatch(/^--host\|localhost:2\|-np\|2\|--allow-run-as-root\|--tag-output\|-x\|NAME=a b\|--verbose\|\/bin\/sh\|/)
    expect([said, ended.code]).toEqual(['0 algo-1 a b', 3])
  })

  on('starts the processes of all machines from the first one, whose end is told to the others', async () => {
    const folder = programs({ mpirun, ssh, sshd: ['touch "$FAKE/sshd-on-$SM_CURRENT_HOST"'] })
    const machines = cluster(hosts, { ...line, settings: settings() }, folder)
    const env = { PATH: `${folder}:${quickPath}`, FAKE: folder }
    const ended = await Promise.all(machines.map((machine) => machine.run(shell, env)))
    expect(ended.map(({ code }) => code)).toEqual([3, 3, 3])
    expect(ended[0]?.stdout.toString()).toMatch(
      /^--host\|algo-1:2,algo-2:2,algo-3:2\|-np\|6\|--allow-run-as-root\|--tag-output\|-mca\|btl_tcp_if_include\|eth7\|-mca\|oob_tcp_if_include\|eth7\|-mca\|plm_rsh_no_tree_spawn\|1\|/,
    )
    expect(ended[1]?.stdout.toString()).toBe('')
    expect(machines[0]?.failure()).toMatch(/^exit code 3 on algo-1\n/)
    expect(machines[2]?.failure()).toBe('the program failed on algo-1 (exit code 3)\n')
  })

  on('tells the others again when they could not be reached', async () => {
    const unreached = '[ "$2" = true ] || { [ -e "$FAKE/tried-$1" ] || { touch "$FAKE/tried-$1"; exit 255; }; }'
    const folder = programs({
      mpirun,
      ssh: ssh.toSpliced(3, 0, unreached),
      sshd: ['touch "$FAKE/sshd-on-$SM_CURRENT_HOST"'],
    })
    const machines = cluster(hosts.slice(0, 2), { ...line, settings: settings() }, folder)
    const env = { PATH: `${folder}:${quickPath}`, FAKE: folder }
    const ended = await Promise.all(machines.map((machine) => machine.run(shell, env)))
    expect(ended.map(({ code }) => code)).toEqual([3, 3])
    expect(machines[1]?.failure()).toBe('the program failed on algo-1 (exit code 3)\n')
  })

  on('a machine that was told of the end does not wait for the first one, which may be gone', async () => {
    // The end is told as soon as there is an sshd, and the first machine never answers.
    const told = 'echo 0 >"$SSM_MACHINE_ROOT/opt/ml/.ssm-launch/mpi-ended"'
    const folder = programs({ mpirun, ssh: ['exit 255'], sshd: [told] })
    const second = new Machine({ ...line, settings: settings(), resources: resources('algo-2', hosts.slice(0, 2)) })
    expect((await second.run(shell, { PATH: `${folder}:${quickPath}` })).code).toBe(0)
  })

  on('starts no sshd on a computer whose machines have no names', async () => {
    const folder = programs({ mpirun, ssh, sshd: ['touch "$FAKE/sshd-on-$SM_CURRENT_HOST"'] })
    const [machine] = cluster(hosts, { ...line, settings: settings() }, folder)
    const ended = await machine?.run(shell, { PATH: `${folder}:${quickPath}`, FAKE: folder, MASTER_ADDR: '127.0.0.1' })
    expect([ended?.code, machine?.failure()]).toEqual([1, expect.stringContaining('needs machines with names of their own')])
  })

  on('says that mpirun is missing in the image', async () => {
    const none = new Machine({ ...line, settings: settings() })
    expect([(await none.run(shell)).code, none.failure()]).toEqual([127, expect.stringMatching(/^mpirun is not in the image/)])
  })
})

describe.each(shells)('TensorFlow under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip
  const told = (machines: readonly Machine[]): Promise<readonly unknown[]> =>
    Promise.all(machines.map(async (machine) => JSON.parse((await machine.run(shell)).stdout.toString()) as unknown))
  const line = { run: 'line', argv: ['printf %s "$TF_CONFIG"'] } as const

  on('is told of mirrored workers', async () => {
    const machines = cluster(hosts, { ...line, settings: "ssm_distribution='multi_worker_mirrored'" }, programs({}))
    const worker = hosts.map((host) => `${host}:8890`)
    expect(await told(machines)).toEqual(
      [0, 1, 2].map((index) => ({ cluster: { worker }, environment: 'cloud', task: { type: 'worker', index } })),
    )
  })

  on('is told of a master, workers and parameter servers', async () => {
    const machines = cluster(hosts, { ...line, settings: "ssm_distribution='parameter_server'" }, programs({}))
    const addresses = {
      master: ['algo-1:2222'],
      ps: hosts.map((host) => `${host}:2223`),
      worker: ['algo-2:2222', 'algo-3:2222'],
    }
    expect(await told(machines)).toEqual([
      { cluster: addresses, environment: 'cloud', task: { type: 'master', index: 0 } },
      { cluster: addresses, environment: 'cloud', task: { type: 'worker', index: 0 } },
      { cluster: addresses, environment: 'cloud', task: { type: 'worker', index: 1 } },
    ])
  })

  on(
    'is told of ports of their own where machines share those of one computer, and of no names where they have none',
    async () => {
      const shared = (host: string): object => ({ resources: resources(host, hosts).replace('eth7', 'lo') })
      const on = async (policy: string, env: Readonly<Record<string, string>>): Promise<readonly unknown[]> =>
        await Promise.all(
          hosts.map(async (host) => {
            const machine = new Machine({ ...line, settings: `ssm_distribution='${policy}'`, ...shared(host) })
            const { stdout } = await machine.run(shell, { PATH: quickPath, MASTER_PORT: '12000', ...env })
            return (JSON.parse(stdout.toString()) as { readonly cluster: unknown }).cluster
          }),
        )
      const named = { worker: ['algo-1:12000', 'algo-2:12001', 'algo-3:12002'] }
      expect(await on('multi_worker_mirrored', {})).toEqual([named, named, named])
      const unnamed = {
        master: ['127.0.0.1:12000'],
        ps: ['127.0.0.1:12001', '127.0.0.1:12003', '127.0.0.1:12005'],
        worker: ['127.0.0.1:12002', '127.0.0.1:12004'],
      }
      expect(await on('parameter_server', { MASTER_ADDR: '127.0.0.1' })).toEqual([unnamed, unnamed, unnamed])
    },
  )

  on('has a parameter server beside a Python program, which ends with it', async () => {
    const server = [
      'import json, os, time',
      'class Server:',
      '    def __init__(self, cluster, job_name, task_index):',
      '        open(os.environ["SSM_STATE"] + "/server", "w").write("%s %d %s" % (job_name, task_index, sorted(cluster)))',
      '    def join(self):',
      '        time.sleep(60)',
      'class distribute: pass',
      'distribute.Server = Server',
      '',
    ]
    // The file is there before what is written to it.
    const wait = [
      'import os, time',
      'told = os.environ["SSM_STATE"] + "/server"',
      'while not os.path.exists(told) or os.path.getsize(told) == 0: time.sleep(0.05)',
      '',
    ].join('\n')
    const files = { 't.py': wait, 'tensorflow.py': server.join('\n') }
    const settings = "ssm_distribution='parameter_server'"
    const machine = new Machine({ run: 'python', argv: ['t.py'], files, settings, resources: resources('algo-1', hosts) })
    expect((await machine.run(shell)).code).toBe(0)
    expect(machine.read('/state/server')).toBe("ps 0 ['master', 'ps', 'worker']")
    expect(await machine.processesLeft()).toEqual([])
  })
})
