import { readFileSync, readlinkSync } from 'node:fs'
import { fsCodeOf } from '../fs-errors.ts'

/*
 * What a system tells about its processes. Two names of processes are made of it, for files and for jobs; both must judge alike
 * whether a process has ended.
 */

/** The text of a file of the kernel's; empty where there is none. */
export function textOfProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Where a link of the kernel's leads; empty where there is none. */
export function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

let isOurs: boolean | undefined

/** Whether `/proc` shows processes under the numbers we know: that of another process space shows strangers under them. */
export const isProcOurs = (): boolean => (isOurs ??= linkOf('/proc/self') === String(process.pid))

/**
 * When the process with this folder in `/proc` started, in the kernel's ticks; `'ended'` for one that waits to be reaped,
 * `undefined` where nothing tells.
 */
export function startIn(folder: string): string | undefined {
  const text = textOfProc(`${folder}/stat`)
  if (text === '') return undefined
  // The second field is the program's name in brackets and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
}

/** Whether a process has this number: ours to signal, somebody else's, or none. */
export function processAt(pid: number): 'ours' | 'foreign' | 'none' {
  try {
    process.kill(pid, 0)
    return 'ours'
  } catch (cause) {
    return fsCodeOf(cause) === 'EPERM' ? 'foreign' : 'none'
  }
}
