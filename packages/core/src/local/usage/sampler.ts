import { readdirSync, readFileSync } from 'node:fs'
import { fsCodeOf } from '../../files/fs-errors.ts'
import type { UsageSample } from '../../platform/jobs.ts'
import { appendUsage } from './samples.ts'

/** A machine: its name, and the process group that is its program. */
export interface SampledMachine {
  readonly host: string
  readonly group: number
}

const firstMs = 500
const apartMs = 2_000
/** After so many samples the pauses double: the file of a job of weeks stays small. */
const samplesPerPause = 900
/** Sampling may take this share of the time: with thousands of processes on the computer it is done less often. */
const longestShare = 0.005

/** Measures what machines use until it is stopped, where the system tells it: on Linux. A full disk or a missing /proc ends it quietly. */
export function sampleUsage(path: string, machines: readonly SampledMachine[]): { readonly stop: () => void } {
  if (process.platform !== 'linux' || machines.length === 0) return { stop: () => undefined }
  const meters = machines.map(({ host, group }) => meterOf(host, group))
  let samples = 0
  let timer = setTimeout(take, firstMs)
  timer.unref()
  function take(): void {
    const beforeMs = performance.now()
    try {
      const processes = processesNow()
      appendUsage(
        path,
        meters.map((meter) => meter(processes)),
      )
    } catch (cause) {
      if (fsCodeOf(cause) === undefined) throw cause
      return
    }
    samples += 1
    const pauseMs = apartMs * 2 ** Math.floor(samples / samplesPerPause)
    timer = setTimeout(take, Math.max(pauseMs, (performance.now() - beforeMs) / longestShare))
    timer.unref()
  }
  return {
    stop: () => {
      clearTimeout(timer)
    },
  }
}

/** A process as /proc shows it. */
export interface SeenProcess {
  readonly pid: number
  readonly group: number
  /** User and system time, in hundredths of a second. */
  readonly ticks: number
  readonly memoryBytes: number
}

const pageBytes = 4096
const ticksPerSecond = 100

function processesNow(): readonly SeenProcess[] {
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

/** Adds up the processes of one group, from one look to the next. */
function meterOf(machine: string, group: number): (processes: readonly SeenProcess[]) => UsageSample {
  let [before, beforeMs] = [new Map<number, number>(), performance.now()]
  return (processes) => {
    const own = processes.filter((each) => each.group === group)
    const nowMs = performance.now()
    const spent = own.reduce((sum, { pid, ticks }) => sum + ticks - (before.get(pid) ?? 0), 0)
    const seconds = Math.max(0.001, (nowMs - beforeMs) / 1000)
    before = new Map(own.map(({ pid, ticks }) => [pid, ticks]))
    beforeMs = nowMs
    return {
      machine,
      atMs: Date.now(),
      cpuPercent: Math.round((1000 * spent) / ticksPerSecond / seconds) / 10,
      memoryBytes: own.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      ...transferOf(own),
    }
  }
}

/** What the processes that are there read and wrote; nothing where the system does not tell. */
function transferOf(own: readonly SeenProcess[]): Pick<UsageSample, 'readBytes' | 'writtenBytes'> {
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
