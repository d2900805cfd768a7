import { isError } from '../lang/realms.ts'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * The process that made something, as letters, digits and hyphens fit for a file name: the computer, its boot, the space of
 * process numbers (a container has its own), the process's number, and when it started.
 */
export type Owner = string

/** `unknown` for a process of another computer, boot or container: not seeing it does not mean that it has ended. */
export type OwnerState = 'alive' | 'gone' | 'unknown'

/** The shape of an owner, for a regular expression. */
export const ownerPattern = '[0-9a-f]{6}-[0-9a-f]{8}-[0-9a-z]+-[0-9]+-[0-9]+'

let place: string | undefined
let own: Owner | undefined
let isProcOurs: boolean | undefined

/** This process. */
export function thisOwner(): Owner {
  own ??= `${thisPlace()}-${process.pid}-${startOf(process.pid) ?? 0}`
  return own
}

/** Whether the process that an owner names still runs. */
export function ownerState(owner: Owner): OwnerState {
  if (owner === thisOwner()) return 'alive'
  const [, ownersPlace, pid, start] = /^(.*)-(\d+)-(\d+)$/.exec(owner) ?? []
  if (ownersPlace !== thisPlace()) return 'unknown'
  if (!answers(Number(pid))) return 'gone'
  const startNow = startOf(Number(pid))
  return startNow === undefined || startNow === start || start === '0' ? 'alive' : 'gone'
}

function thisPlace(): string {
  place ??= [
    createHash('sha256')
      .update(`${hostname()}\n${textOf('/etc/machine-id')}`)
      .digest('hex')
      .slice(0, 6),
    /^[0-9a-f]{8}/.exec(textOf('/proc/sys/kernel/random/boot_id'))?.[0] ?? '00000000',
    /\d+/.exec(linkOf('/proc/self/ns/pid'))?.[0] ?? 'x',
  ].join('-')
  return place
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    // Somebody else's process may not be asked, but it is there.
    return isError(cause) && 'code' in cause && cause.code === 'EPERM'
  }
}

/** When a process started, in the kernel's ticks; `undefined` where nothing tells, `'ended'` for one that waits to be reaped. */
function startOf(pid: number): string | undefined {
  // A `/proc` of another process space shows strangers under our numbers.
  isProcOurs ??= linkOf('/proc/self') === String(process.pid)
  if (!isProcOurs) return undefined
  const text = textOf(`/proc/${pid}/stat`)
  // The second field is the program's name in brackets and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (text === '') return undefined
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
