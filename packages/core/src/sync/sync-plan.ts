import type { LocalFile } from './listing.ts'

/** An object of the target folder, by its path in it. */
export interface StoredFile {
  readonly path: string
  readonly sizeBytes: number
  readonly etag: string
}

/** What an object was when it was uploaded. */
export interface IndexEntry {
  readonly sha256: string
  readonly etag: string
  readonly sizeBytes: number
}

/** What makes a stored folder equal to a local one. */
export interface SyncPlan {
  /** In the byte order of their paths, as the others. */
  readonly upload: readonly LocalFile[]
  readonly keep: readonly LocalFile[]
  /** Paths in the target folder whose file is gone here. */
  readonly remove: readonly string[]
  /** Bytes to upload. */
  readonly bytes: number
}

/**
 * Compares. An object is kept only if it is the very one that was uploaded (same etag and size) for this very content:
 * whatever someone else put there meanwhile, or whatever is not in the index, is sent anew.
 */
export function planSync(
  files: readonly LocalFile[],
  stored: readonly StoredFile[],
  index: ReadonlyMap<string, IndexEntry>,
): SyncPlan {
  const there = new Map(stored.map((object) => [object.path, object]))
  const upload: LocalFile[] = []
  const keep: LocalFile[] = []
  for (const file of files) {
    const object = there.get(file.path)
    const known = index.get(file.path)
    const isKept =
      object !== undefined && known?.sha256 === file.sha256 && known.etag === object.etag && file.sizeBytes === object.sizeBytes
    if (isKept) keep.push(file)
    else upload.push(file)
    there.delete(file.path)
  }
  return { upload, keep, remove: [...there.keys()], bytes: upload.reduce((sum, file) => sum + file.sizeBytes, 0) }
}
