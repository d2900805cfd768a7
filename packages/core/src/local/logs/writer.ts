import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { timesPath } from './format.ts'

/** Where one machine's output goes. */
export interface MachineLog {
  /** Adds bytes as they came. Never fails: a full disk costs log lines, not the job. */
  write(bytes: Uint8Array, atMs: number): void
  close(): void
}

const timesApartMs = 10

/** Opens the log of a machine, and beside it the file that tells when which bytes came. */
export function openMachineLog(path: string): MachineLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const log = openSync(path, 'a', 0o600)
  const times = openSync(timesPath(path), 'a', 0o600)
  let offset = 0
  let reportedAtMs = -Infinity
  let lost = 0
  return {
    write(bytes, nowMs) {
      // A clock that is set back makes no line older than the one before.
      const atMs = Math.max(nowMs, reportedAtMs)
      try {
        // The time first: whoever sees the bytes can then also see when they came.
        if (atMs - reportedAtMs >= timesApartMs) {
          writeSync(times, `${offset} ${atMs}\n`)
          reportedAtMs = atMs
        }
        for (let done = 0; done < bytes.length;) {
          const written = writeSync(log, bytes, done)
          done += written
          offset += written
        }
      } catch {
        lost += bytes.length
      }
    },
    close() {
      try {
        if (lost > 0) writeSync(log, `\n[ssm] about ${lost} bytes of the output are missing here: the disk was full\n`)
      } catch {
        // Still full.
      }
      closeSync(log)
      closeSync(times)
    },
  }
}
