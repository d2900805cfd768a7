import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readUsage } from './samples.ts'
import { processIn, sampleUsage } from './sampler.ts'

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
  const sampling = sampleUsage(path, [{ host: 'algo-1', group: busy.pid ?? 0 }])
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

test('lines that are cut off or somebody else’s are passed over, and a missing file is no use', async () => {
  const path = join(root, 'damaged.ndjson')
  writeFileSync(path, '{"machine":"algo-1","atMs":1,"cpuPercent":50}\n{"machine":"algo-1","at\n{"machine":1}\n[]\n')
  expect(await readUsage(path)).toEqual([{ machine: 'algo-1', atMs: 1, cpuPercent: 50 }])
  expect(await readUsage(join(root, 'none'))).toEqual([])
})
