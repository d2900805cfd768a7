import { InvalidNameError, type Brand } from './task-name.ts'

/** `s3://bucket/key`, the key possibly empty or ending in `/`. On every platform, the local one included. */
export type ObjectUri = Brand<string, 'ObjectUri'>

/** Where an object lies, in two parts. */
export interface ObjectAddress {
  /** The name of the bucket. */
  readonly bucket: string
  /** What follows the bucket and its slash; empty for the whole bucket. */
  readonly key: string
}

const bucketRule = '3 to 63 lower-case letters, digits, "." and "-", with a letter or digit at both ends'

/** The name of a bucket. @throws {InvalidNameError} unless S3 could have one of this name. */
export function bucketName(text: string): string {
  if (typeof text === 'string' && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return text
  throw new InvalidNameError('bucket', text, bucketRule)
}

/** A text as the address of an object or a folder. @throws {InvalidNameError} unless it is `s3://<bucket>/<key>`. */
export function objectUri(text: string): ObjectUri {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\s\S]*))?$/.exec(text)
  if (found === null || text.length > 1024 || (found[2] ?? '').includes('\0')) {
    throw new InvalidNameError(
      'object',
      text,
      found === null && /^s3:\/\//i.test(text)
        ? `s3://<bucket>/<key> with a bucket of ${bucketRule}`
        : 's3://<bucket>/<key>, at most 1024 characters',
    )
  }
  return text as ObjectUri
}

/** The bucket and the key of an address. */
export function addressOf(uri: ObjectUri): ObjectAddress {
  const slash = uri.indexOf('/', 's3://'.length)
  return slash === -1 ? { bucket: uri.slice(5), key: '' } : { bucket: uri.slice(5, slash), key: uri.slice(slash + 1) }
}

/** Appends parts to a URI with single slashes between: `join('s3://b/p/', 'x')` and `join('s3://b/p', 'x')` are the same. */
export function joinUri(uri: ObjectUri, ...parts: readonly string[]): ObjectUri {
  return objectUri([uri.replace(/\/+$/, ''), ...parts].join('/'))
}

/** The same URI without a slash at its end, as SageMaker's own tools name the folders that it writes to. */
export function bareUri(uri: ObjectUri): ObjectUri {
  return uri.replace(/\/+$/, '') as ObjectUri
}

/** The same URI with exactly one slash at its end: `exp/` never reaches `exp2/`. */
export function folderUri(uri: ObjectUri): ObjectUri {
  return `${uri.replace(/\/+$/, '')}/` as ObjectUri
}
