import { join } from 'node:path'
import { digestFile } from '../../files/digest/digest.ts'
import { markName } from '../../files/downloads/mark.ts'
import { filesBelow } from '../../files/walk.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import type { TaskResult } from '../results/task-result.ts'

/** What a run came to: its result's files by their digests, its metrics, and its typed result. */
export interface RunEnd {
  readonly files: ReadonlyMap<string, string>
  readonly metrics: Readonly<Record<string, number | undefined>>
  readonly result: string
}

/** Reads what a run came to: its model and its output, unpacked. */
export async function endOfRun(result: TaskResult, signal: AbortSignal | undefined): Promise<RunEnd> {
  await using scratch = await temporaryDirectory('ssm-rehearsal-')
  const only = Object.keys(result.outputs).filter((name) => name !== 'state' && name !== 'source')
  const options = signal === undefined ? {} : { signal }
  const { files: parts } = await result.download(scratch.path, { only, ...options })
  const files = new Map<string, string>()
  for (const part of Object.keys(parts))
    for (const { path, absolutePath } of await filesBelow(join(scratch.path, part), options))
      // The list of a downloaded folder is ours and names the job: it differs each time.
      if (path !== markName) files.set(`${part}/${path}`, (await digestFile(absolutePath, options)).sha256)
  return { files, metrics: result.metrics, result: JSON.stringify(result.result ?? null) }
}

/** What differs between two ends, in words. Pure. */
export function differencesOf(one: RunEnd, other: RunEnd): readonly string[] {
  const paths = [...new Set([...one.files.keys(), ...other.files.keys()])].sort()
  const metrics = [...new Set([...Object.keys(one.metrics), ...Object.keys(other.metrics)])].sort()
  return [
    ...paths.filter((path) => one.files.get(path) !== other.files.get(path)),
    ...metrics.filter((name) => one.metrics[name] !== other.metrics[name]).map((name) => `metric ${name}`),
    ...(one.result === other.result ? [] : ['result']),
  ]
}
