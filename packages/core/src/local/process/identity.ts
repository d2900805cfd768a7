import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import { shortDigestText } from '../../names/short-digest.ts'
import { isProcOurs, linkOf, processAt, startIn, textOfProc } from '../../files/process/proc.ts'

/**
 * A process that no other one can be mistaken for: `<pid>.<when it started>@<place>`. The place stands for the computer, its
 * boot and the PID namespace: a process number means nothing outside of the place where it was read.
 */
export type ProcessIdentity = string

/** What can be known about a process: from another place, nothing. */
export type Liveness = 'alive' | 'gone' | 'unknown'

/** How processes look from where we are. */
export interface ProcessView {
  /** The place of this view, as identities carry it. */
  readonly place: string
  /** When the process with this number started; `undefined` when there is none, or only its zombie. */
  startOf(pid: number): string | undefined
  /** Whether a process with this number exists that we may not look at. */
  hides(pid: number): boolean
}

/** The identity of a running process; `undefined` when there is none. */
export function identityOf(pid: number, view: ProcessView = systemView()): ProcessIdentity | undefined {
  const startedAt = view.startOf(pid)
  return startedAt === undefined ? undefined : `${pid}.${startedAt}@${view.place}`
}

let own: ProcessIdentity | undefined

/** This process's own identity. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid) ?? `${process.pid}.0@${systemView().place}`
  return own
}

/** Whether exactly this process still runs, as far as it can be seen from here. */
export function livenessOf(identity: ProcessIdentity, view: ProcessView = systemView()): Liveness {
  if (identity === own) return 'alive'
  if (processPlace(identity) !== view.place) return 'unknown'
  const pid = pidOf(identity)
  const startedAt = view.startOf(pid)
  if (startedAt === undefined) return view.hides(pid) ? 'unknown' : 'gone'
  return identity === `${pid}.${startedAt}@${view.place}` ? 'alive' : 'gone'
}

/** Whether the process is surely running: it can be seen, so it can be signalled. */
export const isAlive = (identity: ProcessIdentity): boolean => livenessOf(identity) === 'alive'

/** Whether the process surely ended. */
export const isGone = (identity: ProcessIdentity): boolean => livenessOf(identity) === 'gone'

export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10)
}

/** Where an identity was read; empty for one that does not say. */
export function processPlace(identity: ProcessIdentity): string {
  return identity.split('@')[1] ?? ''
}

/** Sends a signal to the process, or to its whole group; quiet when nothing is there to receive it. */
export function signal(pid: number, name: NodeJS.Signals, to: 'process' | 'group' = 'process'): void {
  try {
    process.kill(to === 'group' ? -pid : pid, name)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code !== 'ESRCH' && code !== 'EPERM') throw cause
  }
}

let view: ProcessView | undefined

/** The processes of this computer. */
export function systemView(): ProcessView {
  view ??= process.platform === 'linux' ? linuxView() : viewByPrograms()
  return view
}

/** Where there is no /proc: what `sysctl` and `ps` say. */
export const viewByPrograms = (): ProcessView => ({ place: elsewhere(), startOf: startElsewhere, hides })

const linuxBoot = (): string => textOfProc('/proc/sys/kernel/random/boot_id').trim()

/** Of this computer since it was started, the same in each of its containers. */
export const ownBoot = (): string => (process.platform === 'linux' ? linuxBoot() : processPlace(ownIdentity()))

function linuxView(): ProcessView {
  const boot = linuxBoot()
  const spaces = ['pid', 'time'].map((name) => linkOf(`/proc/self/ns/${name}`))
  // A namespace whose /proc is another's: what it shows under a number is a different process.
  const isOurs = isProcOurs()
  const place = digestOf([hostname(), boot, ...spaces, isOurs ? '' : `${process.pid} ${performance.timeOrigin}`])
  const startOf = (pid: number): string | undefined => {
    const start = startIn(isOurs ? `/proc/${pid}` : pid === process.pid ? '/proc/self' : '')
    return start === 'ended' ? undefined : start
  }
  return { place, hides, startOf }
}

const hides = (pid: number): boolean => processAt(pid) === 'foreign'

/** Two computers, or two boots of one, never share it. */
function elsewhere(): string {
  return digestOf([
    hostname(),
    outputOf('sysctl', ['-n', 'kern.bootsessionuuid']) ?? outputOf('sysctl', ['-n', 'kern.boottime']) ?? '',
  ])
}

function startElsewhere(pid: number): string | undefined {
  const text = outputOf('ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
  return text === undefined || text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '').replace(/\W+/g, '-')
}

function outputOf(program: string, argv: readonly string[]): string | undefined {
  try {
    return execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 }).trim()
  } catch {
    return undefined
  }
}

const digestOf = (texts: readonly string[]): string =>
  ['', 'again'].map((first) => shortDigestText([first, ...texts].join('\n'))).join('')
