import { readFileSync, statSync } from 'node:fs'
import type { Measured } from './meter.ts'

/**
 * What the network of a process transferred since it was made; nothing when it is the network of this computer, whose traffic is everybody's,
 * and where the system does not tell.
 */
export function networkOf(pid: number): Pick<Measured, 'receivedBytes' | 'sentBytes'> {
  try {
    // Each network has a file of its own. Unlike the links in /proc/<pid>/ns, it may be looked at for a process of another user.
    if (statSync(`/proc/${pid}/net/dev`).ino === statSync('/proc/self/net/dev').ino) return {}
    return transferredIn(readFileSync(`/proc/${pid}/net/dev`, 'latin1'))
  } catch {
    return {}
  }
}

/** Adds up the interfaces of `/proc/<pid>/net/dev`, without the one by which a machine talks to itself. Pure. */
export function transferredIn(text: string): Pick<Measured, 'receivedBytes' | 'sentBytes'> {
  let [receivedBytes, sentBytes] = [0, 0]
  for (const line of text.split('\n')) {
    const [, name, counts = ''] = /^\s*([^\s:]+):\s*(\d.*)$/.exec(line) ?? []
    if (name === undefined || name === 'lo') continue
    const fields = counts.split(/\s+/).map(Number)
    receivedBytes += fields[0] ?? 0
    sentBytes += fields[8] ?? 0
  }
  return { receivedBytes, sentBytes }
}
