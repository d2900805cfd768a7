import type { ObjectUri } from '../names/object-uri.ts'
import type { Abortable } from './abortable.ts'

/** One object as a listing names it. */
export interface StoredObject {
  /** Where it is. */
  readonly uri: ObjectUri
  /** Its size in bytes. */
  readonly sizeBytes: number
  /** Changes whenever the object's bytes change; opaque. */
  readonly etag: string
  /** When it was written, in milliseconds since 1970. */
  readonly modifiedAtMs: number
}

/** What lies directly in a folder: an object, or a folder by its name without slashes. */
export type FolderChild =
  | {
      readonly kind: 'object'
      /** The object. */
      readonly object: StoredObject
    }
  | {
      readonly kind: 'folder'
      /** The folder's name. */
      readonly name: string
    }

/** What to write: bytes in hand, a file on this machine, or a stream of unknown length. */
export type ObjectBody =
  | {
      readonly kind: 'bytes'
      /** The content. */
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'file'
      /** The file that has the content. */
      readonly path: string
      /** Its size in bytes. */
      readonly sizeBytes: number
    }
  | {
      readonly kind: 'stream'
      /** The content in parts, in order. */
      readonly chunks: AsyncIterable<Uint8Array>
    }

/** Takes bytes of an object that begin at this place in it. They are only these while the call lasts; the next ones wait for its promise. */
export type PutBytes = (bytes: Uint8Array, at: number) => Promise<void> | undefined

/** How an object is read. */
export interface ReadOptions extends Abortable {
  /** How many connections may bring a large object at once, where there are such; default 1. Each holds some megabytes in memory. */
  readonly connections?: number
}

/** How an object is written. */
export interface WriteOptions extends Abortable {
  /**
   * Writes only if no object is there (`'absent'`) or the one there still has this etag.
   * @throws {PlatformError} `OBJECT_CHANGED` when it lost.
   */
  readonly onlyIf?:
    | 'absent'
    | {
        /** The etag that must still be there. */
        readonly etag: string
      }
  /** Called with the running total of bytes, never decreasing. */
  readonly onBytes?: (totalBytes: number) => void
  /** A KMS key for the object, where the platform has such a thing. */
  readonly kmsKey?: string
}

/** How a bucket is looked for. */
export interface BucketOptions extends Abortable {
  /** Only finds out the name: makes nothing. */
  readonly dryRun?: boolean
}

/** Reads, writes, lists and removes stored objects. */
export interface Objects {
  /**
   * The bucket to use: the one named, or the account's default one. Made when it does not exist.
   * @throws {PlatformError} `BUCKET_FOREIGN` when someone else owns it.
   */
  bucket(name: string | undefined, options?: BucketOptions): Promise<string>
  /** Every object whose key starts with this URI's key, in the byte order of the keys. */
  list(prefix: ObjectUri, options?: Abortable): AsyncIterable<StoredObject>
  /** The names of the folders directly in this folder (a URI ending in `/`), in byte order, without slashes. */
  folders(folder: ObjectUri, options?: Abortable): AsyncIterable<string>
  /**
   * The objects and the folders directly in this folder (a URI ending in `/`). An object is looked at before any folder whose
   * name sorts after its key: who finds it unchanged later knows that it was unchanged when those folders were listed.
   */
  children(folder: ObjectUri, options?: Abortable): AsyncIterable<FolderChild>
  /** One object's facts; `undefined` when there is none. Strongly consistent. */
  find(uri: ObjectUri, options?: Abortable): Promise<StoredObject | undefined>
  /**
   * The object's bytes, in order, verified where the platform keeps a checksum.
   * @throws {PlatformError} `OBJECT_MISSING`, `OBJECT_CORRUPT`, `PLATFORM_DENIED`.
   */
  read(uri: ObjectUri, options?: ReadOptions): AsyncIterable<Uint8Array>
  /**
   * The object's bytes in any order, several stretches at a time, for large objects that become files; verified as `read` does. Gives how many
   * bytes there were. Left out by a platform that has nothing faster than `read`.
   * @throws {PlatformError} as `read` does.
   */
  readTo?(uri: ObjectUri, put: PutBytes, options?: ReadOptions): Promise<number>
  /**
   * Writes one object, whole or not at all: a reader sees the old bytes or the new ones.
   * @throws {PlatformError} `OBJECT_CHANGED`, `PLATFORM_DENIED`, `STORAGE_FULL`; an abort rejects with `signal.reason`.
   */
  write(uri: ObjectUri, body: ObjectBody, options?: WriteOptions): Promise<StoredObject>
  /** Removes these objects; one that is not there is no error. */
  remove(uris: readonly ObjectUri[], options?: Abortable): Promise<void>
}
