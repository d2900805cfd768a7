import { fileFacts } from '../files/stat.ts'
import { eachOf } from '../lang/each-of.ts'
import { objectUri, type ObjectUri } from '../names/object-uri.ts'
import type { Objects } from '../platform/objects.ts'
import { digested, isUntouched, keepsChanging, type LocalFile } from './listing.ts'
import type { IndexEntry, SyncPlan } from './sync-plan.ts'
import { transferMeter, type Meter, type TransferProgress } from './progress.ts'

export interface TransferOptions {
  /** The folder the plan was made for, ending in `/`. */
  readonly target: ObjectUri
  readonly objects: Objects
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Called for each file that is over, with what is stored now. */
  readonly onUploaded: (path: string, entry: IndexEntry) => void
  readonly kmsKey?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Files by size, with how many of them go at once. A small one waits for the network most of the time; of the others some
 * megabytes each are in memory, which is to stay flat.
 */
const classes = [
  { fromBytes: 8 * 1024 * 1024, atOnce: 4 },
  { fromBytes: 256 * 1024, atOnce: 16 },
  { fromBytes: 0, atOnce: 128 },
] as const
const removedAtOnce = 1000
const tries = 3

/**
 * Carries out a plan: sends, then removes. A file that changes on its way is sent again as it is now.
 * @throws {SsmError} `INPUT_MISSING` for a file that is gone or keeps changing; what the store throws; an abort rejects with
 * `signal.reason`. What was sent until then has been told.
 */
export async function transfer(plan: SyncPlan, options: TransferOptions): Promise<void> {
  const { objects, target, signal } = options
  const meter = transferMeter({ ofBytes: plan.bytes, ofFiles: plan.upload.length, tell: options.onProgress })
  const send = async (file: LocalFile, stop: AbortSignal): Promise<void> => {
    options.onUploaded(file.path, await sent(file, meter, options, stop))
  }
  let belowBytes = Infinity
  for (const { fromBytes, atOnce } of classes) {
    const files = plan.upload.filter(({ sizeBytes }) => sizeBytes >= fromBytes && sizeBytes < belowBytes)
    await eachOf(files, atOnce, send, signal)
    belowBytes = fromBytes
  }
  for (let from = 0; from < plan.remove.length; from += removedAtOnce) {
    const uris = plan.remove.slice(from, from + removedAtOnce).map((path) => objectUri(target + path))
    await objects.remove(uris, signal === undefined ? {} : { signal })
  }
}

async function sent(planned: LocalFile, meter: Meter, options: TransferOptions, signal: AbortSignal): Promise<IndexEntry> {
  const uri = objectUri(options.target + planned.path)
  let file = planned
  for (let left = tries; left > 0; left -= 1) {
    const result = await attempt(uri, file, meter, options, signal)
    const after = await fileFacts(file.absolutePath)
    if (isUntouched(file, after)) {
      if ('failure' in result) throw result.failure
      meter.finished(planned.path, planned.sizeBytes)
      return { sha256: file.sha256, etag: result.etag, sizeBytes: file.sizeBytes }
    }
    file = await digested({ ...file, ...after }, { signal })
  }
  throw keepsChanging(planned.absolutePath)
}

/** A failure is held back until it is known whether the file itself was the cause. */
async function attempt(
  uri: ObjectUri,
  file: LocalFile,
  meter: Meter,
  options: TransferOptions,
  signal: AbortSignal,
): Promise<{ readonly etag: string } | { readonly failure: unknown }> {
  try {
    return await options.objects.write(
      uri,
      { kind: 'file', path: file.absolutePath, sizeBytes: file.sizeBytes },
      {
        signal,
        onBytes: (bytes) => meter.moved(file.path, bytes),
        ...(options.kmsKey === undefined ? {} : { kmsKey: options.kmsKey }),
      },
    )
  } catch (cause) {
    signal.throwIfAborted()
    return { failure: cause }
  }
}
