import { isSsmError } from '../errors/ssm-error.ts'
import { readAtMost, mostListBytes } from '../files/read.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { Objects } from '../platform/objects.ts'
import type { IndexEntry } from './sync-plan.ts'

/** Path in the target folder → what was uploaded there. */
export type SyncIndex = ReadonlyMap<string, IndexEntry>

type Row = readonly [path: string, sha256: string, etag: string, sizeBytes: number]

/** Reads the index of a target folder. One that is missing or damaged, or larger than any of ours, is an empty one: everything is then sent anew. */
export async function readIndex(objects: Pick<Objects, 'read'>, uri: ObjectUri, options: Abortable): Promise<SyncIndex> {
  try {
    return parsedIndex((await readAtMost(objects.read(uri, options), mostListBytes))?.toString() ?? '')
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_MISSING') || isSsmError(cause, 'OBJECT_CORRUPT')) return new Map()
    throw cause
  }
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
    const index = new Map<string, IndexEntry>()
    for (const row of files as readonly unknown[])
      if (isRow(row)) index.set(row[0], { sha256: row[1], etag: row[2], sizeBytes: row[3] })
    return index
  } catch {
    return new Map()
  }
}

function isRow(value: unknown): value is Row {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    // One by one: over tens of thousands of rows, a copy of each takes longer than the rest.
    typeof value[0] === 'string' &&
    typeof value[1] === 'string' &&
    typeof value[2] === 'string' &&
    typeof value[3] === 'number'
  )
}
