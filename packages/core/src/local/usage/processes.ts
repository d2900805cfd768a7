import { readdirSync, readFileSync } from 'node:fs'
import type { UsageMeter, SeenProcess } from './meter.ts'

const pageBytes = 4096
const ticksPerSecond = 100

/** Every process of this computer. */
export function processesNow(): readonly SeenProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!(pid > 0)) return []
    try {
      return processIn(pid, readFileSync(`/proc/${name}/stat`, 'latin1'))
    } catch {
      // Gone meanwhile.
      return []
    }
  })
}

/** Reads `/proc/<pid>/stat`. The name of a program may hold anything, so fields are counted from behind it. Pure. */
export function processIn(pid: number, stat: string): readonly SeenProcess[] {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [group, user, system, pages] = [fields[2], fields[11], fields[12], fields[21]]
  if (group === undefined || user === undefined || system === undefined || pages === undefined) return []
  return [{ pid, group, ticks: user + system, memoryBytes: pages * pageBytes }]
}

/** Adds up the processes of one group: what those that are there have spent since the last look counts. */
export function groupMeter(group: number): UsageMeter {
  let before = new Map<number, number>()
  let spent = 0
  return (processes) => {
    const own = processes().filter((each) => each.group === group)
    if (own.length === 0) return undefined
    spent += own.reduce((sum, { pid, ticks }) => sum + ticks - (before.get(pid) ?? 0), 0)
    before = new Map(own.map(({ pid, ticks }) => [pid, ticks]))
    return {
      cpuSeconds: spent / ticksPerSecond,
      memoryBytes: own.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      ...transferOf(own),
    }
  }
}

/** What the processes that are there read and wrote; nothing where the system does not tell. */
function transferOf(own: readonly SeenProcess[]): { readonly readBytes?: number; readonly writtenBytes?: number } {
  let [readBytes, writtenBytes] = [0, 0]
  try {
    for (const { pid } of own) {
      const text = readFileSync(`/proc/${pid}/io`, 'latin1')
      readBytes += Number(/^read_bytes: (\d+)/m.exec(text)?.[1] ?? 0)
      writtenBytes += Number(/^write_bytes: (\d+)/m.exec(text)?.[1] ?? 0)
    }
  } catch {
    return {}
  }
  return { readBytes, writtenBytes }
}
