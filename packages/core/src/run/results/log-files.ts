import { appender } from '../../files/downloads/append.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { TaskContext } from '../context.ts'
import { logLines } from '../follow/lines.ts'

/** Writes a job's log as the original did: one file per machine, `logs0` for `algo-1`, and so on. Gives their number. */
export async function writeLogs(job: JobRef, folder: string, context: TaskContext, signal: AbortSignal): Promise<number> {
  await using files = await appender(folder)
  const { machines: count = 1 } = (await context.platform.jobs.describe(job, { signal })) ?? {}
  const machines = new Set(Array.from({ length: count }, (_, index) => `algo-${index + 1}`))
  // There is a file also when nothing was printed: an empty one says so.
  for (const machine of machines) await files.append(logFileName(machine), '')
  for await (const line of logLines(context.platform, job, { signal, untilNow: true })) {
    machines.add(line.machine)
    await files.append(logFileName(line.machine), `${line.text}\n`)
  }
  return machines.size
}

/** The file a machine's lines go to, below the folder of the logs. */
export function logFileName(machine: string): string {
  const number = /-(\d+)$/.exec(machine)?.[1]
  return number === undefined ? `logs-${machine.replace(/[^A-Za-z0-9_-]/g, '_')}` : `logs${Number(number) - 1}`
}
