import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { readTextNow } from '../../files/read.ts'
import { objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { replaceDurably } from '../objects/durable.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import type { JobPlace } from './records.ts'

/** One object that a job left, as it was stored. */
interface StoredResult {
  readonly uri: ObjectUri
  readonly sizeBytes: number
  readonly sha256: string
}

/** Puts on record what a job left: later it can be seen whether it is still the same. */
export async function writeResults(place: JobPlace, uris: readonly ObjectUri[], objects: DirectoryObjects): Promise<void> {
  const results: StoredResult[] = []
  for (const uri of uris) {
    const path = objects.pathOf(uri)
    if (path !== undefined) results.push({ uri, sizeBytes: statSync(path).size, sha256: await digestOf(path) })
  }
  replaceDurably(place.results, JSON.stringify(results))
}

/**
 * What is wrong with the stored results of a completed job: one is missing, or has other bytes. `undefined` when all are as
 * they were stored, and for jobs that kept no record of them.
 */
export async function problemOfResults(place: JobPlace, objects: DirectoryObjects): Promise<string | undefined> {
  for (const { uri, sizeBytes, sha256 } of readResults(place)) {
    const path = objects.pathOf(objectUri(uri))
    if (path === undefined) return `its result ${uri} is missing`
    const size = statSync(path).size
    if (size !== sizeBytes) return `its result ${uri} has ${size} bytes instead of ${sizeBytes}`
    if ((await digestOf(path)) !== sha256) return `its result ${uri} has other bytes than it was stored with`
  }
  return undefined
}

function readResults(place: JobPlace): readonly StoredResult[] {
  try {
    const results: unknown = JSON.parse(readTextNow(place.results))
    return Array.isArray(results) ? results.filter(isStoredResult) : []
  } catch {
    // Made before results were put on record.
    return []
  }
}

function isStoredResult(value: unknown): value is StoredResult {
  const { uri, sizeBytes, sha256 } = (value ?? {}) as Partial<StoredResult>
  return typeof uri === 'string' && uri.startsWith('s3://') && typeof sizeBytes === 'number' && typeof sha256 === 'string'
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
