import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A process that no later one can be mistaken for: `<pid>.<when it started>`. A number alone is used again by the system
 * sooner or later, and killing by such a number would hit a stranger.
 */
export type ProcessIdentity = string

/** The identity of a running process; `undefined` when there is none, or only its zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startElsewhere(pid)
  return startedAt === undefined ? undefined : `${pid}.${startedAt}`
}

let own: ProcessIdentity | undefined

/** This process's own identity. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid) ?? `${process.pid}.0`
  return own
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity === own || identityOf(pidOf(identity)) === identity
}

export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10)
}

/** Sends a signal to the process, or to its whole group; quiet when nothing is there to receive it. */
export function signal(pid: number, name: NodeJS.Signals, to: 'process' | 'group' = 'process'): void {
  try {
    process.kill(to === 'group' ? -pid : pid, name)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && (cause.code === 'ESRCH' || cause.code === 'EPERM'))) throw cause
  }
}

let boot: string | undefined

function startOnLinux(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in brackets and may itself hold blanks and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
    return `${boot}-${fields[19] ?? ''}`
  } catch {
    return undefined
  }
}

function startElsewhere(pid: number): string | undefined {
  try {
    const argv = ['-o', 'stat=,lstart=', '-p', String(pid)]
    const text = execFileSync('ps', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 }).trim()
    return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '').replace(/\W+/g, '-')
  } catch {
    return undefined
  }
}
