import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readUsage } from './samples.ts'
import { groupFolders, measuredIn } from './cgroup.ts'
import { networkOf, transferredIn } from './network.ts'
import { groupMeter, processIn } from './processes.ts'
import { sampleUsage } from './sampler.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-sampler-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a process is read from its line whatever its name holds', () => {
  const fields = Array.from({ length: 50 }, (_, at) => (at === 0 ? 'S' : String(at)))
  expect(processIn(7, `7 (a) (b) S) ${fields.join(' ')}`)).toEqual([{ pid: 7, group: 2, ticks: 23, memoryBytes: 21 * 4096 }])
  expect(processIn(7, '7 (cut')).toEqual([])
})

test.skipIf(process.platform !== 'linux')('the work of a process group is measured', async () => {
  const busy = spawn('sh', ['-c', 'while :; do :; done'], { detached: true, stdio: 'ignore' })
  const path = join(root, 'usage.ndjson')
  const sampling = sampleUsage(path, [{ host: 'algo-1', meter: groupMeter(busy.pid ?? 0) }])
  try {
    let [sample] = await readUsage(path)
    while (sample === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      ;[sample] = await readUsage(path)
    }
    expect(sample).toMatchObject({ machine: 'algo-1' })
    expect(sample.cpuPercent).toBeGreaterThan(0)
    expect(sample.memoryBytes).toBeGreaterThan(0)
  } finally {
    sampling.stop()
    process.kill(-(busy.pid ?? 0), 'SIGKILL')
  }
})

const id = 'b2b9ba76f894'
const second = `23 1 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw`
const first = `32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /pod /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`

test('the groups of a container are found by its id, in both versions, and those of another process are not taken', () => {
  expect(groupFolders(id, `0::/system.slice/docker-${id}.scope`, second)).toEqual([
    `/sys/fs/cgroup/system.slice/docker-${id}.scope`,
  ])
  // What podman puts below the group of the container is part of it.
  expect(groupFolders(id, `0::/machine.slice/libpod-${id}.scope/container`, second)).toEqual([
    `/sys/fs/cgroup/machine.slice/libpod-${id}.scope`,
  ])
  expect(groupFolders(id, `2:cpu,cpuacct:/docker/${id}\n4:memory:/pod/docker/${id}\n0::/`, first)).toEqual([
    `/sys/fs/cgroup/cpu,cpuacct/docker/${id}`,
    `/sys/fs/cgroup/memory/docker/${id}`,
  ])
  expect(groupFolders(id, `4:memory:/other/${id}`, first)).toEqual([])
  expect(groupFolders(id, '0::/user.slice/session-1.scope', second)).toEqual([])
  expect(groupFolders('', '0::/user.slice', second)).toEqual([])
  expect(groupFolders(id, '', '')).toEqual([])
})

test('the files of both versions tell the same', () => {
  const reading =
    (files: Readonly<Record<string, string>>) =>
    (name: string): string =>
      files[name] ?? ''
  const measured = { cpuSeconds: 1.5, memoryBytes: 700, readBytes: 30, writtenBytes: 7 }
  expect(
    measuredIn(
      reading({
        'cpu.stat': 'usage_usec 1500000\nuser_usec 1\n',
        'memory.current': '1000\n',
        'memory.stat': 'anon 5\ninactive_file 300\n',
        'io.stat': '8:0 rbytes=10 wbytes=3 rios=1\n8:16 rbytes=20 wbytes=4\n',
      }),
    ),
  ).toEqual(measured)
  expect(
    measuredIn(
      reading({
        'cpu.stat': 'nr_periods 0\n',
        'cpuacct.usage': '1500000000\n',
        'memory.usage_in_bytes': '1000\n',
        'memory.stat': 'inactive_file 1\ntotal_inactive_file 300\n',
        'blkio.throttle.io_service_bytes': '8:0 Read 10\n8:0 Write 3\n8:16 Read 20\n8:16 Write 4\nTotal 37\n',
      }),
    ),
  ).toEqual(measured)
  expect(measuredIn(reading({}))).toEqual({})
})

test('the traffic of a network is that of its interfaces, without the one to itself', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  100       1    0    0    0     0          0         0   100       1    0    0    0     0       0          0
  eth0: 2000      10    0    0    0     0          0         0    30       2    0    0    0     0       0          0
eth1:5 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
`
  expect(transferredIn(text)).toEqual({ receivedBytes: 2005, sentBytes: 37 })
})

test('traffic of a program in the network of this computer is not known, and neither is that of one that is gone', () => {
  expect(networkOf(process.pid)).toEqual({})
  expect(networkOf(2 ** 30)).toEqual({})
})

test('lines that are cut off or somebody else’s are passed over, and a missing file is no use', async () => {
  const path = join(root, 'damaged.ndjson')
  writeFileSync(path, '{"machine":"algo-1","atMs":1,"cpuPercent":50}\n{"machine":"algo-1","at\n{"machine":1}\n[]\n')
  expect(await readUsage(path)).toEqual([{ machine: 'algo-1', atMs: 1, cpuPercent: 50 }])
  expect(await readUsage(join(root, 'none'))).toEqual([])
})
