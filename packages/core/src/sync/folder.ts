import { isSsmError } from '../errors/ssm-error.ts'
import { allOrAbort } from '../lang/all-or-abort.ts'
import { folderUri, type ObjectUri } from '../names/object-uri.ts'
import type { Objects } from '../platform/objects.ts'
import { readIndex, writeIndex, type SyncIndex } from './index-object.ts'
import { digestOf, listLocal, type Listing } from './listing.ts'
import { planSync, type IndexEntry, type StoredFile, type SyncPlan } from './sync-plan.ts'
import type { TransferProgress } from './progress.ts'
import { transfer } from './transfer.ts'

/** A folder of this machine, or one file, known by content. */
export interface LocalFolder {
  readonly source: string
  readonly listing: Listing
  /** Sha-256 over sorted paths and contents. */
  readonly digest: string
}

export interface DescribeFolderOptions {
  /** Where digests of local files are remembered between runs. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface CompareOptions {
  /** The folder of the store that is to be equal to the local one; nothing outside it is ever touched. */
  readonly target: ObjectUri
  /** The object that remembers what was uploaded: outside the target, and its own for each target. */
  readonly index: ObjectUri
  readonly objects: Objects
  readonly signal?: AbortSignal | undefined
}

export interface SendOptions {
  /** Called at most ten times a second, and at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** A KMS key for the objects, where the platform has such a thing. */
  readonly kmsKey?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A local folder beside its target, compared at one time. */
export interface FolderComparison {
  readonly local: LocalFolder
  readonly to: CompareOptions
  readonly index: SyncIndex
  readonly plan: SyncPlan
}

export type PlanFolderOptions = DescribeFolderOptions & CompareOptions & { readonly source: string }
export type SyncFolderOptions = PlanFolderOptions & SendOptions

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
const lastNoteMs = 5_000

/**
 * Reads what is to be sent, by content. A file that was not touched since it was last read is not read again.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`.
 */
export async function describeFolder(source: string, { cacheDir, signal }: DescribeFolderOptions): Promise<LocalFolder> {
  const listing = await listLocal(source, { ...stopOf({ signal }), ...(cacheDir === undefined ? {} : { cacheDir }) })
  return { source, listing, digest: digestOf(listing.files) }
}

/**
 * Finds out what would make the target equal to a local folder.
 * @throws what the store throws.
 */
export async function compareFolder(local: LocalFolder, to: CompareOptions): Promise<FolderComparison> {
  const [stored, index] = await allOrAbort(to.signal, (signal) => [
    storedFiles(to.objects, folderUri(to.target), { signal }),
    readIndex(to.objects, to.index, { signal }),
  ])
  return { local, to, index, plan: planSync(local.listing.files, stored, index) }
}

/**
 * Makes the target equal to the local folder it was compared with: sends what differs, removes what is gone, keeps the rest
 * unread and unsent. A file that is sent is looked at again, for it may have changed since. One that is interrupted goes on
 * where it was the next time.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; what the store throws; an abort rejects with `signal.reason`.
 */
export async function sendFolder({ local, to, index, plan }: FolderComparison, options: SendOptions): Promise<Synced> {
  const { files } = local.listing
  const uploaded = new Map<string, IndexEntry>()
  const now = (): SyncIndex => updated(index, plan, uploaded)
  const target = folderUri(to.target)
  try {
    const onUploaded = (path: string, entry: IndexEntry): void => void uploaded.set(path, entry)
    await transfer(plan, { ...options, objects: to.objects, target, onUploaded })
  } catch (cause) {
    // So that the next run need not send again what arrived. A failure of this note would only hide the first one.
    if (uploaded.size > 0)
      await writeIndex(to.objects, to.index, now(), { signal: AbortSignal.timeout(lastNoteMs) }).catch(() => undefined)
    throw cause
  }
  if (plan.upload.length > 0 || plan.remove.length > 0 || index.size !== files.length) {
    await writeIndex(to.objects, to.index, now(), stopOf(options))
  }
  return {
    uploaded: plan.upload.length,
    kept: plan.keep.length,
    removed: plan.remove.length,
    bytes: plan.bytes,
    digest: digestOf(files.map(({ path, sha256 }) => ({ path, sha256: uploaded.get(path)?.sha256 ?? sha256 }))),
  }
}

/**
 * Finds out what would make the target equal to the source.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; what the store throws.
 */
export async function planFolder(options: PlanFolderOptions): Promise<FolderPlan> {
  const { local, plan } = await describedAndCompared(options)
  return { digest: local.digest, files: local.listing.files.length, bytes: local.listing.bytes, plan }
}

/**
 * Makes the target equal to the source: reads, compares and sends.
 * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; what the store throws; an abort rejects with `signal.reason`.
 */
export async function syncFolder(options: SyncFolderOptions): Promise<Synced> {
  return sendFolder(await describedAndCompared(options), options)
}

async function describedAndCompared(options: PlanFolderOptions): Promise<FolderComparison> {
  const { source, target, index: indexUri, objects } = options
  const [local, stored, index] = await allOrAbort(options.signal, (signal) => [
    describeFolder(source, { ...options, signal }),
    storedFiles(objects, folderUri(target), { signal }),
    readIndex(objects, indexUri, { signal }),
  ])
  return { local, to: options, index, plan: planSync(local.listing.files, stored, index) }
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
