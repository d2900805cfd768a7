import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { isProcOurs, linkOf, processAt, startIn, textOfProc } from './proc.ts'

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
  if (processAt(Number(pid)) === 'none') return 'gone'
  const startNow = startOf(Number(pid))
  return startNow === undefined || startNow === start || start === '0' ? 'alive' : 'gone'
}

function thisPlace(): string {
  place ??= [
    createHash('sha256')
      .update(`${hostname()}\n${textOfProc('/etc/machine-id')}`)
      .digest('hex')
      .slice(0, 6),
    /^[0-9a-f]{8}/.exec(textOfProc('/proc/sys/kernel/random/boot_id'))?.[0] ?? '00000000',
    /\d+/.exec(linkOf('/proc/self/ns/pid'))?.[0] ?? 'x',
  ].join('-')
  return place
}

const startOf = (pid: number): string | undefined => (isProcOurs() ? startIn(`/proc/${pid}`) : undefined)
