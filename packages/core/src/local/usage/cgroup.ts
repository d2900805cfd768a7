import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path/posix'
import type { Measured, UsageMeter } from './meter.ts'
import { networkOf } from './network.ts'

/*
 * What a container uses, as the control groups of the system count it, ended processes too. Both versions are read: with the second
 * everything is in one folder; with the first there is one for each resource, and a computer may mix them.
 */

/**
 * A meter of the container with this id whose first process is this one; `undefined` where the system does not tell, or when the process is
 * not of this container: an engine may work on another computer.
 */
export function containerMeter(id: string, pid: number): UsageMeter | undefined {
  const folders = groupFolders(id, textOf(`/proc/${pid}/cgroup`), textOf('/proc/self/mountinfo'))
  if (folders.length === 0) return undefined
  const read = (name: string): string => {
    for (const folder of folders) {
      const text = textOf(join(folder, name))
      if (text !== '') return text
    }
    return ''
  }
  return () => {
    const found = measuredIn(read)
    return found.cpuSeconds === undefined && found.memoryBytes === undefined ? undefined : { ...found, ...networkOf(pid) }
  }
}

/** Where the control groups of a container are, from the texts of `/proc/<pid>/cgroup` and `/proc/self/mountinfo`. Pure. */
export function groupFolders(id: string, cgroup: string, mountinfo: string): readonly string[] {
  const mounts = mountsIn(mountinfo)
  return cgroup.split('\n').flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (names === undefined || path === undefined || id === '' || !path.includes(id)) return []
    // Engines put the program into a group below that of the container.
    const parts = path.split('/')
    const own = parts.slice(0, parts.findIndex((part) => part.includes(id)) + 1).join('/')
    const mount = mounts.find(({ type, options }) =>
      names === '' ? type === 'cgroup2' : type === 'cgroup' && names.split(',').some((name) => options.includes(name)),
    )
    const below = mount === undefined ? '..' : relative(mount.root, own)
    return mount === undefined || below.startsWith('..') ? [] : [join(mount.at, below)]
  })
}

interface Mount {
  readonly root: string
  readonly at: string
  readonly type: string
  readonly options: readonly string[]
}

const mountsIn = (mountinfo: string): readonly Mount[] =>
  mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root, at] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    return root === undefined || at === undefined || type === undefined ? [] : [{ root, at, type, options: options.split(',') }]
  })

/** Reads the files of both versions, whichever are there. Pure but for the reading. */
export function measuredIn(read: (name: string) => string): Measured {
  const stat = read('memory.stat')
  const micros = numberIn(read('cpu.stat'), /^usage_usec (\d+)/m)
  const nanos = numberIn(read('cpuacct.usage'), /^(\d+)/)
  const memory = numberIn(read('memory.current'), /^(\d+)/) ?? numberIn(read('memory.usage_in_bytes'), /^(\d+)/)
  // Pages of files that were read once are given back when somebody needs memory.
  const spare = numberIn(stat, /^total_inactive_file (\d+)/m) ?? numberIn(stat, /^inactive_file (\d+)/m) ?? 0
  const cpuSeconds = nanos === undefined ? (micros === undefined ? undefined : micros / 1e6) : nanos / 1e9
  return {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(memory === undefined ? {} : { memoryBytes: Math.max(0, memory - spare) }),
    ...transferIn(read),
  }
}

function transferIn(read: (name: string) => string): Pick<Measured, 'readBytes' | 'writtenBytes'> {
  const second = read('io.stat')
  if (second !== '') return { readBytes: sumIn(second, /rbytes=(\d+)/g), writtenBytes: sumIn(second, /wbytes=(\d+)/g) }
  const first = read('blkio.throttle.io_service_bytes')
  return first === '' ? {} : { readBytes: sumIn(first, / Read (\d+)/g), writtenBytes: sumIn(first, / Write (\d+)/g) }
}

function numberIn(text: string, expression: RegExp): number | undefined {
  const found = expression.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

const sumIn = (text: string, expression: RegExp): number =>
  [...text.matchAll(expression)].reduce((sum, [, value]) => sum + Number(value), 0)

/** Empty for what cannot be read: a group is gone with its container. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
