import { dirname } from 'node:path'
import { foldsNames, nameCollisions } from '../archive/name-collisions.ts'
import { safeJoin, unsafeName } from '../archive/safe-path.ts'
import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { writeNew, writeNewInPieces, type PutAt } from '../files/downloads/write-new.ts'
import { eachOf } from '../lang/each-of.ts'
import { folderUri, type ObjectUri } from '../names/object-uri.ts'
import type { Objects, StoredObject } from '../platform/objects.ts'
import { transferMeter, type Meter, type TransferProgress } from './progress.ts'

export interface DownloadFolderOptions {
  /** A folder of the store. */
  readonly source: ObjectUri
  /** A folder of this machine in one that is there; made when there is something to put into it. */
  readonly target: string
  readonly objects: Objects
  /** Called at most ten times a second, and at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Up to this size a file is held in memory; such ones wait for the network most of the time. */
const smallBytes = 256 * 1024
const smallAtOnce = 128
const largeAtOnce = 16
/** On many networks one connection alone is slow: fewer files than this come by so many connections each. */
const connectionsEnough = 4
/** So many of them in all, and files of this size on come by several where that is faster. */
const connectionsInAll = 16
const piecesBytes = 32 * 1024 * 1024

/**
 * Brings every object below a folder of the store into a fresh local folder. All names are checked before the first byte is
 * written. An object that is removed meanwhile is left out.
 * @throws {SsmError} `ARCHIVE_UNSAFE` for keys that lead elsewhere or that this file system cannot hold side by side, `OBJECT_CORRUPT`,
 * `STORAGE_FULL`, `STORAGE_DENIED`; what the store throws; an abort rejects with `signal.reason`.
 */
export async function downloadFolder(
  options: DownloadFolderOptions,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const wanted = await wantedFiles(options)
  const ofBytes = wanted.reduce((sum, { object }) => sum + object.sizeBytes, 0)
  const meter = transferMeter({ ofBytes, ofFiles: wanted.length, tell: options.onProgress })
  const large = wanted.filter(({ object }) => object.sizeBytes > smallBytes)
  const small = wanted.filter(({ object }) => object.sizeBytes <= smallBytes)
  const connections = large.length < connectionsEnough ? connectionsEnough : 1
  const connectionsOfLarge = Math.max(1, Math.min(connectionsEnough, Math.floor(connectionsInAll / Math.max(1, large.length))))
  let [files, bytes] = [0, 0]
  const fetch = async (file: WantedFile, signal: AbortSignal): Promise<void> => {
    const written = await fetched(file, options.objects, meter, { connections, connectionsOfLarge, signal })
    if (written === undefined) return
    files += 1
    bytes += written
  }
  await eachOf(large, largeAtOnce, fetch, options.signal)
  await eachOf(small, smallAtOnce, fetch, options.signal)
  return { files, bytes }
}

interface WantedFile {
  readonly object: StoredObject
  readonly path: string
}

interface FetchOptions {
  readonly connections: number
  readonly connectionsOfLarge: number
  readonly signal: AbortSignal
}

async function wantedFiles({ source, target, objects, signal }: DownloadFolderOptions): Promise<readonly WantedFile[]> {
  const folder = folderUri(source)
  const names = foldsNames(dirname(target)) ? nameCollisions() : undefined
  const folders = new Set<string>()
  const wanted: WantedFile[] = []
  for await (const object of objects.list(folder, signal === undefined ? {} : { signal })) {
    const name = object.uri.slice(folder.length)
    // What the S3 console makes for an empty folder: an object of no bytes whose key ends in a slash.
    if (object.sizeBytes === 0 && (name === '' || name.endsWith('/'))) continue
    const path = safeJoin(target, name)
    names?.file(name)
    for (
      let slash = name.lastIndexOf('/');
      slash > 0 && !folders.has(name.slice(0, slash));
      slash = name.lastIndexOf('/', slash - 1)
    )
      folders.add(name.slice(0, slash))
    wanted.push({ object, path })
  }
  const both = wanted.find(({ object }) => folders.has(object.uri.slice(folder.length)))
  if (both !== undefined) throw unsafeName(both.object.uri.slice(folder.length), 'it is both a file and a folder')
  return wanted
}

/** Gives the bytes of a file; `undefined` for one that was removed since it was listed, as the state of a running job may be. */
async function fetched(
  { object, path }: WantedFile,
  objects: Objects,
  meter: Meter,
  options: FetchOptions,
): Promise<number | undefined> {
  const { signal } = options
  try {
    if (object.sizeBytes >= piecesBytes && objects.readTo !== undefined) {
      const inPieces = await writeNewInPieces(path, (put) => countedPieces(object, objects, meter, put, options), signal)
      meter.finished(object.uri, inPieces)
      return inPieces
    }
    const chunks = counted(object, objects, meter, options)
    const content = object.sizeBytes <= smallBytes ? await gathered(chunks) : chunks
    const written = await writeNew(path, content, signal)
    meter.finished(object.uri, written)
    return written
  } catch (cause) {
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
    meter.finished(object.uri, 0)
    return undefined
  }
}

/** A small file's bytes at once, so that writing it is one piece of work. */
async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const held: Uint8Array[] = []
  for await (const chunk of chunks) held.push(chunk)
  return held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held)
}

async function* counted(object: StoredObject, objects: Objects, meter: Meter, options: FetchOptions): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of objects.read(object.uri, options)) {
    bytes += chunk.length
    meter.moved(object.uri, bytes)
    yield chunk
  }
  await assertWhole(object, bytes, objects, options)
}

async function countedPieces(
  object: StoredObject,
  objects: Objects,
  meter: Meter,
  put: PutAt,
  options: FetchOptions,
): Promise<number> {
  let moved = 0
  const counting: PutAt = (bytes, at) => {
    moved += bytes.length
    meter.moved(object.uri, moved)
    return put(bytes, at)
  }
  const bytes = (await objects.readTo?.(object.uri, counting, { ...options, connections: options.connectionsOfLarge })) ?? 0
  await assertWhole(object, bytes, objects, options)
  return bytes
}

async function assertWhole(object: StoredObject, bytes: number, objects: Objects, options: FetchOptions): Promise<void> {
  if (bytes === object.sizeBytes) return
  // Written anew since it was listed, as the state of a running job may be: then its new size counts.
  const now = await objects.find(object.uri, { signal: options.signal })
  if (now?.sizeBytes === bytes) return
  throw new SsmError('OBJECT_CORRUPT', `${object.uri} ended after ${bytes} of ${object.sizeBytes} bytes`, {
    hint: 'Download it again; if it happens again, the object itself is damaged.',
    facts: { uri: object.uri, bytes, expectedBytes: object.sizeBytes },
  })
}
