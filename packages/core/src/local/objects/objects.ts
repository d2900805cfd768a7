import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isError } from '../../lang/realms.ts'
import { fsCodeOf, storageError } from '../../files/fs-errors.ts'
import { addressOf, bucketName, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { BucketOptions, FolderChild, ObjectBody, Objects, StoredObject, WriteOptions } from '../../platform/objects.ts'
import { writeBody } from './body.ts'
import { makeFolders, makeStore } from './folders.ts'
import { pathOfKey } from './key-path.ts'
import { fileAt, foldersOf, keysOf, objectsIn, type ListedFile } from './listing.ts'
import { lockOf, withLock } from './lock.ts'
import { makeWay, putFile, removeEmptyFolders, removeFile, type Place } from './places.ts'
import { sweepTemporaryFiles, temporaryFile } from './temporary-file.ts'
import { storeHint } from '../store-folder.ts'

/** The bucket that is used when none is named. */
export const defaultBucket = 'ssm-local'

const chunkBytes = 256 * 1024

/** Objects as files: `<root>/s3/<bucket>/<key>`. Every write is a rename, so a reader sees all of an object or nothing. */
export function directoryObjects(root: string): DirectoryObjects {
  const store: Store = { root, swept: false }
  return {
    pathOf: (uri) => fileAt(placeOf(store, uri).path)?.path,
    temporaryPath: () => temporaryFile(root),
    adopt: (uri, path) =>
      inStore(store, 'write', () => {
        chmodSync(path, 0o600)
        return putInPlace(store, uri, path, {})
      }),
    bucket: (name, options) => makeBucket(store, name ?? defaultBucket, options),
    list: (prefix, options) => listed(store, prefix, options),
    folders: (folder) => listedFolders(store, folder),
    children: (folder) => listedChildren(store, folder),
    find: async (uri) => inStore(store, 'look at', () => found(uri, fileAt(placeOf(store, uri).path))),
    read: (uri, options) => chunksOf(store, uri, options),
    write: (uri, body, options) => write(store, uri, body, options ?? {}),
    remove: (uris, options) => remove(store, uris, options),
  }
}

/** What only this kind of store can do: its objects are files. */
export interface DirectoryObjects extends Objects {
  /** Where an object's bytes are, for whoever may link to them; `undefined` when there is none. */
  pathOf(uri: ObjectUri): string | undefined
  /** A path for a file that is to become an object by `adopt`. */
  temporaryPath(): string
  /** Makes a finished file an object by renaming it. */
  adopt(uri: ObjectUri, path: string): Promise<StoredObject>
}

interface Store {
  readonly root: string
  swept: boolean
}

function placeOf({ root }: Store, uri: ObjectUri): Place {
  const { bucket, key } = addressOf(uri)
  const bucketFolder = join(root, 's3', bucket)
  return { bucketFolder, path: join(bucketFolder, pathOfKey(key)) }
}

async function makeBucket(store: Store, name: string, options: BucketOptions = {}): Promise<string> {
  const { bucket } = addressOf(objectUri(`s3://${bucketName(name)}`))
  if (options.dryRun === true) return bucket
  await inStore(store, 'make the folder of the local platform in', () => {
    makeStore(store.root)
    makeFolders(join(store.root, 's3', bucket))
  })
  return bucket
}

const looksAtOnce = 256

async function* listed(store: Store, prefix: ObjectUri, options: Abortable = {}): AsyncGenerator<StoredObject> {
  const { bucket, key } = addressOf(prefix)
  let looks = 0
  try {
    for (const each of keysOf(join(store.root, 's3', bucket), key)) {
      // The looks are synchronous, which is what makes them fast: let the rest of the program breathe in between.
      if (++looks % looksAtOnce === 0) await new Promise(setImmediate)
      options.signal?.throwIfAborted()
      const file = fileAt(each.path)
      if (file !== undefined) yield facts(`s3://${bucket}/${each.key}`, file.stats)
    }
  } catch (cause) {
    throw storeError(store, 'list', cause)
  }
}

async function* listedFolders(store: Store, folder: ObjectUri): AsyncGenerator<string> {
  const { bucket, key } = addressOf(folder)
  try {
    yield* foldersOf(join(store.root, 's3', bucket), key)
  } catch (cause) {
    throw storeError(store, 'list', cause)
  }
}

async function* listedChildren(store: Store, folder: ObjectUri): AsyncGenerator<FolderChild> {
  const { bucket, key } = addressOf(folder)
  const bucketFolder = join(store.root, 's3', bucket)
  try {
    // Two looks at the folder: whatever changes after the objects were looked at is in the second one.
    const objects = [...objectsIn(bucketFolder, key)].map((file) => facts(`s3://${bucket}/${file.key}`, file.stats))
    for (const object of objects) yield { kind: 'object', object }
    for (const name of foldersOf(bucketFolder, key)) yield { kind: 'folder', name }
  } catch (cause) {
    throw storeError(store, 'list', cause)
  }
}

async function* chunksOf(store: Store, uri: ObjectUri, options: Abortable = {}): AsyncGenerator<Uint8Array> {
  const file = await inStore(store, 'read', async () => {
    const at = fileAt(placeOf(store, uri).path)
    return at === undefined ? undefined : open(at.path)
  }).catch((cause: unknown) => {
    // Removed between the look and the opening.
    if (fsCodeOf(isError(cause) ? cause.cause : cause) === 'ENOENT') return undefined
    throw cause
  })
  if (file === undefined) {
    throw new PlatformError('OBJECT_MISSING', `There is no object ${uri}`, {
      hint: 'Check the bucket and the key.',
      facts: { uri },
    })
  }
  try {
    for (;;) {
      options.signal?.throwIfAborted()
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function write(store: Store, uri: ObjectUri, body: ObjectBody, options: WriteOptions): Promise<StoredObject> {
  return inStore(store, 'write', async () => {
    if (!store.swept) sweepTemporaryFiles(store.root)
    store.swept = true
    const temporary = temporaryFile(store.root)
    try {
      await writeBody(temporary, body, options)
      return await putInPlace(store, uri, temporary, options)
    } finally {
      rmSync(temporary, { force: true })
    }
  })
}

async function putInPlace(store: Store, uri: ObjectUri, temporary: string, options: WriteOptions): Promise<StoredObject> {
  const place = placeOf(store, uri)
  for (;;) {
    const stored = await withLock(lockOf(store.root, place.path), () => commit(place, temporary, uri, options), options.signal)
    if (stored !== undefined) return stored
    await makeWay(store.root, place, options.signal)
  }
}

/** Under the object's lock: checks the condition and puts the new file in place. `undefined` when its folder is missing. */
function commit(place: Place, temporary: string, uri: ObjectUri, options: WriteOptions): StoredObject | undefined {
  const before = found(uri, fileAt(place.path))
  const { onlyIf } = options
  if (onlyIf === 'absent' ? before !== undefined : onlyIf !== undefined && before?.etag !== onlyIf.etag) {
    throw new PlatformError('OBJECT_CHANGED', `${uri} was written by someone else first`, { facts: { uri } })
  }
  options.signal?.throwIfAborted()
  const target = putFile(place, temporary)
  return target === undefined ? undefined : facts(uri, lstatSync(target, { bigint: true }))
}

async function remove(store: Store, uris: readonly ObjectUri[], options: Abortable = {}): Promise<void> {
  await inStore(store, 'remove a file from', async () => {
    for (const uri of uris) {
      options.signal?.throwIfAborted()
      const place = placeOf(store, uri)
      if (fileAt(place.path) === undefined) continue
      await withLock(lockOf(store.root, place.path), () => removeFile(place.path), options.signal)
      removeEmptyFolders(place)
    }
  })
}

const found = (uri: ObjectUri, file: Pick<ListedFile, 'stats'> | undefined): StoredObject | undefined =>
  file === undefined ? undefined : facts(uri, file.stats)

const longestUri = 1024

// Every write makes a new file: inode, size and time together stand for the bytes without reading them.
function facts(uri: string, { ino, size, mtimeNs }: ListedFile['stats']): StoredObject {
  return {
    // Put together of a bucket and a key that are valid; only its length is not known to be.
    uri: uri.length > longestUri ? objectUri(uri) : (uri as ObjectUri),
    sizeBytes: Number(size),
    etag: `${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`,
    modifiedAtMs: Number(mtimeNs / 1_000_000n),
  }
}

async function inStore<Value>(store: Store, act: string, work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw storeError(store, act, cause)
  }
}

function storeError(store: Store, act: string, cause: unknown): unknown {
  const code = fsCodeOf(cause)
  const hint =
    code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code === 'ENOENT' || code === 'ENOTDIR'
      ? { hint: storeHint }
      : {}
  return storageError({ act, path: store.root, missing: 'STORAGE_DENIED', ...hint }, cause)
}
