import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesWith } from '../support/leftovers.ts'
import { sandbox } from '../system/sandbox.ts'

const flood = join(import.meta.dirname, '../system/programs/flood.ts')
const line = 'a line of some length, as programs print them, and this is it with a hundred characters in it, ok'

test.skipIf(process.platform !== 'linux')(
  'a worker that prints 200 MB loses no line, and the memory of client and supervisor stays flat',
  { timeout: 400_000 },
  async () => {
    await using place = sandbox()
    const program = place.start(flood, `yes '${line}' | head -c 200000000`)
    let supervisorPeakMiB = 0
    const watching = setInterval(() => {
      for (const pid of processesWith(place.root)) supervisorPeakMiB = Math.max(supervisorPeakMiB, peakMiB(pid))
    }, 200)
    expect(await program.ended.finally(() => clearInterval(watching))).toMatchObject({ end: 0 })
    const answer = JSON.parse(
      program
        .output()
        .split('\n')
        .find((text) => text.startsWith('{')) ?? '{}',
    ) as Record<string, number>
    expect(answer).toMatchObject({ events: Math.ceil(200e6 / (line.length + 1)), bytes: 200_000_001 })
    // Node itself takes about 80 MiB of each; the log would be 200.
    expect(answer['maxRssMiB']).toBeLessThan(350)
    expect(supervisorPeakMiB).toBeGreaterThan(20)
    expect(supervisorPeakMiB).toBeLessThan(150)
    expect(await place.leftovers()).toEqual([])
  },
)

/** The most memory a supervisor had so far, in MiB. */
function peakMiB(pid: string): number {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('supervisor.cjs')) return 0
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
