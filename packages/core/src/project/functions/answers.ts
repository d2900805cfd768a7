import type { CallEnd } from '@simple-sagemaker/worker-toolkit/functions'
import { mostListBytes, readText } from '../../files/read.ts'
import { filesBelow } from '../../files/walk.ts'
import { checkedJson } from '../../run/results/checked-json.ts'
import { ResultInvalidError } from '../../run/results/errors.ts'

/**
 * How each call ended, in order, from a downloaded output. The toolkit wrote it, or whoever else could write to the output or the bucket.
 * @throws {ResultInvalidError} for answers that are missing, damaged, too large, or none of the toolkit's.
 */
export async function answersIn(folder: string, calls: number, job: string): Promise<readonly CallEnd[]> {
  const ends = new Map<number, CallEnd>()
  for (const { path, absolutePath, sizeBytes } of await filesBelow(folder, {
    filter: (name, kind) => kind === 'folder' || name.endsWith('.jsonl'),
  })) {
    if (sizeBytes > mostListBytes)
      throw invalid(job, path, `has ${sizeBytes} bytes, more than ${mostListBytes}: write large values as files`)
    for (const line of ((await readText(absolutePath, mostListBytes)) ?? '').split('\n')) {
      if (line === '') continue
      const { value, why } = { value: undefined, ...checkedJson(line) }
      if (why !== undefined) throw invalid(job, path, `cannot be read: ${why}`)
      if (!isCallEnd(value, calls)) throw invalid(job, path, 'has a line that is no answer to a call')
      ends.set(value.call, value)
    }
  }
  return Array.from({ length: calls }, (_, call) => {
    const end = ends.get(call)
    if (end !== undefined) return end
    throw new ResultInvalidError(job, [{ path: '', message: `there is no answer for call ${call}` }])
  })
}

const invalid = (job: string, file: string, why: string): ResultInvalidError =>
  new ResultInvalidError(job, [{ path: '', message: `${file} ${why}` }])

function isCallEnd(value: unknown, calls: number): value is CallEnd {
  if (typeof value !== 'object' || value === null || !('call' in value)) return false
  const { call } = value
  if (typeof call !== 'number' || !Number.isInteger(call) || call < 0 || call >= calls) return false
  return !('error' in value) || isCrossedError(value.error)
}

const isCrossedError = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  ['name', 'message', 'stack'].every((field) => typeof (error as Readonly<Record<string, unknown>>)[field] === 'string')
