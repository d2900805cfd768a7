import { closeSync, constants, fstatSync, openSync, readSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { redact } from '../../secrets/redact.ts'
import type { Ending } from '../jobs/ending.ts'
import type { MachineEnd } from './attempt.ts'
import type { Halt } from './halt.ts'

/** The ending that the machines' exit codes and a halt make. */
export function endingOf(ends: readonly MachineEnd[], halt: Halt): Ending {
  const halted = haltedEnding(halt)
  if (halted !== undefined) return halted
  const failed = ends.find((end) => end.code !== 0)
  if (failed === undefined) return { status: 'completed', phase: 'Completed' }
  return { status: 'failed', phase: 'Failed', reason: `AlgorithmError: ${failureOf(failed)}` }
}

/** The ending of a job that was stopped or ran too long. */
export function haltedEnding(halt: Halt): Ending | undefined {
  if (halt.reason() === 'timeout') return { status: 'stopped', phase: 'MaxRuntimeExceeded' }
  return halt.reason() === 'stop' ? { status: 'stopped', phase: 'Stopped' } : undefined
}

// The service puts the exit code behind what the program itself wrote; a reason has 1,024 characters.
function failureOf({ tree, code }: MachineEnd): string {
  const text = failureText(tree.root)
  if (text === '') return `exit code: ${code}${isFull(tree.root) ? '. No space is left on the disk of the local platform' : ''}`
  return /exit code|killed by signal/.test(text) ? text : `${text.slice(0, 950)}, exit code: ${code} on ${tree.host}`
}

const fullBytes = 64 * 1024

// A program that finds no room can often not even write why it failed.
function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < fullBytes
  } catch {
    return false
  }
}

/** The beginning of what the program wrote about its failure. Masked before it is cut: half a secret is not recognised. */
function failureText(machineRoot: string): string {
  for (const path of [paths.failure, paths.processing.message]) {
    try {
      // The program may have made a pipe there, which would be waited for.
      const file = openSync(join(machineRoot, path), constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        if (!fstatSync(file).isFile()) continue
        const bytes = Buffer.alloc(4096)
        const text = redact(bytes.toString('utf8', 0, readSync(file, bytes)))
          .slice(0, 1024)
          .trim()
        if (text !== '') return text
      } finally {
        closeSync(file)
      }
    } catch {
      // It wrote nothing.
    }
  }
  return ''
}
