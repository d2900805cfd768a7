import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { noPeers, peers, type Peers } from '../support/peers.ts'
import { makePodman, noPodman, type Podman } from '../support/podman.ts'
import { sandbox, type Sandbox } from '../system/sandbox.ts'

const timeout = 600_000

const torch = `import os, torch, torch.distributed as dist
dist.init_process_group('gloo')
mine = torch.tensor([float(dist.get_rank() + 1)])
dist.all_reduce(mine)
os.write(1, f"sum {mine.item()} rank {dist.get_rank()} of {dist.get_world_size()} on {os.environ['SM_CURRENT_HOST']}\\n".encode())
`

const mpi = `import ctypes, os
lib = ctypes.CDLL('libmpi.so.40', mode=ctypes.RTLD_GLOBAL)
lib.MPI_Init(None, None)
at = lambda name: ctypes.byref(ctypes.c_char.in_dll(lib, name))
world, double, total = at('ompi_mpi_comm_world'), at('ompi_mpi_double'), at('ompi_mpi_op_sum')
rank, size = ctypes.c_int(), ctypes.c_int()
lib.MPI_Comm_rank(world, ctypes.byref(rank))
lib.MPI_Comm_size(world, ctypes.byref(size))
mine, all = ctypes.c_double(rank.value + 1), ctypes.c_double()
lib.MPI_Allreduce(ctypes.byref(mine), ctypes.byref(all), 1, double, total, world)
os.write(1, f"sum {all.value} rank {rank.value} of {size.value} on {os.environ['SM_CURRENT_HOST']}\\n".encode())
lib.MPI_Finalize()
`

/** Two processes on each of two machines, which add up their ranks plus one. */
async function sums(task: { run(): Promise<{ logs(): AsyncIterable<{ readonly text: string }> }> }): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const { text } of (await task.run()).logs()) lines.push(text.replace(/^\[1,\d\]<stdout>:/, ''))
  return lines.filter((line) => line.startsWith('sum')).sort()
}

const twoMachines = { instanceCount: 2, maxRun: '9 minutes' } as const
const everySum = [0, 1, 2, 3].map((rank) => `sum 10.0 rank ${rank} of 4 on algo-${rank < 2 ? 1 : 2}`)

describe.skipIf(noPeers !== undefined || (await noNamespaces()) !== undefined)('two machines that are processes', () => {
  let together: Peers
  beforeAll(() => void (together = peers()), timeout)

  const task = (place: Sandbox, program: string) =>
    place
      .project('ex', { python: together.python })
      .task('t')
      .with(twoMachines)
      .code(place.file('reduce.py', program))
      .env(together.environment)

  test('add up what the processes of torchrun have', { timeout }, async () => {
    await using place = sandbox()
    expect(await sums(task(place, torch).distribution({ torchrun: { processesPerMachine: 2 } }))).toEqual(everySum)
    expect(await place.leftovers()).toEqual([])
  })

  test('add up what the processes of mpirun have, without ssh', { timeout }, async () => {
    await using place = sandbox()
    expect(await sums(task(place, mpi).distribution({ mpi: { processesPerMachine: 2 } }))).toEqual(everySum)
    expect(await place.leftovers()).toEqual([])
  })

  test('all fail when a process of mpirun fails', { timeout }, async () => {
    await using place = sandbox()
    const failing = task(place, 'import os, sys\nsys.exit(7 if os.environ["OMPI_COMM_WORLD_RANK"] == "3" else 0)\n')
    const failure = await sums(failing.distribution({ mpi: { processesPerMachine: 2 } })).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'JOB_FAILED' })
    expect(String(failure)).toContain('exit code 7')
    expect(await place.leftovers()).toEqual([])
  })
})

describe.skipIf(noPeers !== undefined || noPodman !== undefined)('two machines that are containers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-podman-'))
  const before = new Map<string, string | undefined>()
  let podman: Podman

  beforeAll(() => {
    podman = makePodman(folder, peers())
    for (const [name, value] of Object.entries({ ...podman.environment, SSM_CONTAINER_ENGINE: 'podman' })) {
      before.set(name, process.env[name])
      process.env[name] = value
    }
    // As a user would write it, with `apt-get install openmpi-bin openssh-server` in front.
    const keys = 'ssh-keygen -A && mkdir -p ~/.ssh && ssh-keygen -q -N "" -f ~/.ssh/id_ed25519 -t ed25519'
    const known =
      'touch /etc/ssh/sshd_config && cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys && echo sshd:x:101:65534::/run/sshd:/bin/false >> /etc/passwd'
    podman.build(`FROM ${podman.image}\nRUN ldconfig && ${keys} && ${known}\n`, 'localhost/peers:1')
  }, timeout)

  afterAll(() => {
    expect(podman.run('ps', '--all', '--quiet')).toBe('')
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    rmSync(folder, { recursive: true, force: true })
  }, timeout)

  const task = (place: Sandbox, program: string) =>
    place.project('ex').task('t').with(twoMachines).code(place.file('reduce.py', program)).image('localhost/peers:1').container()

  test('add up what the processes of torchrun have', { timeout }, async () => {
    await using place = sandbox()
    expect(await sums(task(place, torch).distribution({ torchrun: { processesPerMachine: 2 } }))).toEqual(everySum)
  })

  test('add up what the processes of mpirun have, started through ssh', { timeout }, async () => {
    await using place = sandbox()
    expect(await sums(task(place, mpi).distribution({ mpi: { processesPerMachine: 2 } }))).toEqual(everySum)
  })
})
