import { isSsmError } from '../errors/ssm-error.ts'
import { allOrAbort } from '../lang/all-or-abort.ts'
import { folderUri, type ObjectUri } from '../names/object-uri.ts'
import type { Objects } from '../platform/objects.ts'
import { readIndex, writeIndex, type SyncIndex } from './index-object.ts'
import { digestOf, listLocal } from './listing.ts'
import { planSync, type IndexEntry, type StoredFile, type SyncPlan } from './plan.ts'
import type { TransferProgress } from './progress.ts'
import { transfer } from './transfer.ts'

export interface PlanFolderOptions {
  /** A folder of this machine, or one file. */
  readonly source: string
  /** The folder of the store that is to be equal to it; nothing outside it is ever touched. */
  readonly target: ObjectUri
  /** The object that remembers what was uploaded: outside the target, and its own for each target. */
  readonly index: ObjectUri
  /** Where digests of local files are remembered between runs. */
  readonly cacheDir?: string | undefined
  readonly objects: Objects
  readonly signal?: AbortSignal | undefined
}

export interface SyncFolderOptions extends PlanFolderOptions {
  /** Called at most ten times a second, and at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** A KMS key for the objects, where the platform has such a thing. */
  readonly kmsKey?: string | undefined
}

/** What a sync would do; nothing in the store was changed. */
export interface FolderPlan {
  /** Sha-256 over sorted paths and contents. */
  readonly digest: string
  readonly files: number
  readonly bytes: number
  readonly plan: SyncPlan
}

/** What a sync did. */
export interface Synced {
  readonly uploaded: number
  readonly kept: number
  readonly removed: number
  /** Bytes sent. */
  readonly bytes: number
  /** Of what is stored now: another one than was planned if files changed meanwhile. */
  readonly digest: string
}

/** How long a sync that failed may still take to note what it has sent. */
const lastWordMs = 5_000

/**
 * Finds out what would make the target equal to the source.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; what the store throws.
 */
export async function planFolder(options: PlanFolderOptions): Promise<FolderPlan> {
  const { listing, plan } = await compared(options)
  return { digest: digestOf(listing.files), files: listing.files.length, bytes: listing.bytes, plan }
}

/**
 * Makes the target equal to the source: sends what differs, removes what is gone, keeps the rest unread and unsent. One
 * that is interrupted goes on where it was the next time.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; what the store throws; an abort rejects with `signal.reason`.
 */
export async function syncFolder(options: SyncFolderOptions): Promise<Synced> {
  const { listing, plan, index } = await compared(options)
  const uploaded = new Map<string, IndexEntry>()
  const now = (): SyncIndex => updated(index, plan, uploaded)
  const target = folderUri(options.target)
  try {
    await transfer(plan, { ...options, target, onUploaded: (path, entry) => void uploaded.set(path, entry) })
  } catch (cause) {
    // So that the next run need not send again what arrived; the failure itself says more than a second one here.
    if (uploaded.size > 0)
      await writeIndex(options.objects, options.index, now(), { signal: AbortSignal.timeout(lastWordMs) }).catch(() => undefined)
    throw cause
  }
  if (plan.upload.length > 0 || plan.remove.length > 0 || index.size !== listing.files.length) {
    await writeIndex(options.objects, options.index, now(), stopOf(options))
  }
  return {
    uploaded: plan.upload.length,
    kept: plan.keep.length,
    removed: plan.remove.length,
    bytes: plan.bytes,
    digest: digestOf(listing.files.map(({ path, sha256 }) => ({ path, sha256: uploaded.get(path)?.sha256 ?? sha256 }))),
  }
}

async function compared(options: PlanFolderOptions): Promise<{
  readonly listing: Awaited<ReturnType<typeof listLocal>>
  readonly plan: SyncPlan
  readonly index: SyncIndex
}> {
  const [listing, stored, index] = await allOrAbort(options.signal, (signal) => [
    listLocal(options.source, { signal, ...(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir }) }),
    storedFiles(options.objects, folderUri(options.target), { signal }),
    readIndex(options.objects, options.index, { signal }),
  ])
  return { listing, index, plan: planSync(listing.files, stored, index) }
}

async function storedFiles(
  objects: Objects,
  target: ObjectUri,
  stop: { readonly signal?: AbortSignal },
): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = []
  try {
    for await (const { uri, sizeBytes, etag } of objects.list(target, stop)) {
      // Every path is below the target, with its slash: `exp/` never reaches `exp2/`.
      if (uri.startsWith(target)) files.push({ path: uri.slice(target.length), sizeBytes, etag })
    }
  } catch (cause) {
    // A bucket that is still to be made holds nothing.
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return files
}

function updated(index: SyncIndex, plan: SyncPlan, uploaded: ReadonlyMap<string, IndexEntry>): SyncIndex {
  const entries = new Map<string, IndexEntry>()
  for (const { path } of plan.keep) {
    const entry = index.get(path)
    if (entry !== undefined) entries.set(path, entry)
  }
  for (const [path, entry] of uploaded) entries.set(path, entry)
  return entries
}

function stopOf({ signal }: { readonly signal?: AbortSignal | undefined }): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
