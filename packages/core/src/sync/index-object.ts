import { isSsmError } from '../errors/ssm-error.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { Objects } from '../platform/objects.ts'
import type { IndexEntry } from './sync-plan.ts'

/** Path in the target folder → what was uploaded there. */
export type SyncIndex = ReadonlyMap<string, IndexEntry>

type Row = readonly [path: string, sha256: string, etag: string, sizeBytes: number]

/** Reads the index of a target folder. One that is missing or damaged is an empty one: everything is then sent anew. */
export async function readIndex(objects: Objects, uri: ObjectUri, options: Abortable): Promise<SyncIndex> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of objects.read(uri, options)) chunks.push(chunk)
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING') || isSsmError(cause, 'OBJECT_CORRUPT')) return new Map()
    throw cause
  }
  return parsedIndex(Buffer.concat(chunks).toString())
}

/** Writes the index of a target folder, whole. */
export async function writeIndex(objects: Objects, uri: ObjectUri, index: SyncIndex, options: Abortable): Promise<void> {
  const files = [...index].map(([path, { sha256, etag, sizeBytes }]): Row => [path, sha256, etag, sizeBytes])
  await objects.write(uri, { kind: 'bytes', bytes: Buffer.from(JSON.stringify({ v: 1, files })) }, options)
}

function parsedIndex(text: string): SyncIndex {
  try {
    const value: unknown = JSON.parse(text)
    const files: unknown = typeof value === 'object' && value !== null && 'files' in value ? value.files : undefined
    if (!Array.isArray(files)) return new Map()
    return new Map(files.filter(isRow).map(([path, sha256, etag, sizeBytes]) => [path, { sha256, etag, sizeBytes }]))
  } catch {
    return new Map()
  }
}

function isRow(value: unknown): value is Row {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    value.slice(0, 3).every((part) => typeof part === 'string') &&
    typeof value[3] === 'number'
  )
}
