import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The processes (and zombies of them) that carry a text in their command line, environment or mounts; only Linux shows them. */
export function processesWith(text: string): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false
    try {
      return (
        readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(text) ||
        readFileSync(`/proc/${name}/environ`, 'latin1').includes(text) ||
        (readlinkSync(`/proc/${name}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt') &&
          isMountedFrom(text, readFileSync(`/proc/${name}/mountinfo`, 'latin1')))
      )
    } catch {
      return false
    }
  })
}

/**
 * Of a process with mounts of its own: whether one of them comes from a path with this text, as the `/opt/ml` of a machine and the root of a
 * container do. A mount at such a path says nothing: whoever began meanwhile has a copy of all the mounts there were.
 */
export function isMountedFrom(text: string, mountinfo: string): boolean {
  return mountinfo.split('\n').some((line) => line.includes(text) && line.split(' ')[4]?.includes(text) === false)
}

/** Waits until no process carries the text, at most `ms` milliseconds; gives those that are left, with what they run. */
export async function processesLeft(text: string, ms = 20_000): Promise<readonly string[]> {
  for (const untilMs = performance.now() + ms; ;) {
    const left = processesWith(text)
    if (left.length === 0) return []
    if (performance.now() > untilMs) return left.map(described)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function described(pid: string): string {
  const [name, line] = ['comm', 'cmdline'].map((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').replaceAll('\0', ' ').trim()
    } catch {
      return 'gone meanwhile'
    }
  })
  return `${pid} (${name}) ${line}`
}

/** Children of this process that ended and were not waited for. */
export function zombies(): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((name) => {
    try {
      const [state, parent] = /^\d+$/.test(name)
        ? (readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [])
        : []
      return state === 'Z' && parent === String(process.pid)
    } catch {
      return false
    }
  })
}

/** Every file and folder below a folder, relative, folders with a slash; what goes away meanwhile may be among them or not. */
export function everythingIn(folder: string, prefix = ''): readonly string[] {
  return namesThere(join(folder, prefix), prefix !== '').flatMap((name) => {
    const path = join(prefix, name)
    return statSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory() === true
      ? [`${path}/`, ...everythingIn(folder, path)]
      : [path]
  })
}

function namesThere(folder: string, mayBeGone: boolean): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (mayBeGone && ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return []
    throw cause
  }
}
