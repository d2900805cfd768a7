import { readAtMost, mostListBytes } from '../../files/read.ts'
import { addressOf, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import type { InputPlan } from '../request/job-plan.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { JobProblem } from './job-problem.ts'

/** One object of a channel and where it lies below the channel's folder. */
export interface InputObject {
  readonly uri: ObjectUri
  /** Relative, with `/`. One that ends in `/` is a folder. */
  readonly name: string
}

/**
 * Every object of an input, in key order.
 * @throws {JobProblem} when there is none, as SageMaker fails such a job.
 */
export async function objectsOf(
  input: InputPlan,
  objects: DirectoryObjects,
  signal: AbortSignal,
): Promise<readonly InputObject[]> {
  const found = input.from === 'manifest' ? await fromManifest(input, objects, signal) : await fromPrefix(input, objects, signal)
  if (found.length > 0) return found
  throw new JobProblem(
    `ClientError: Data download failed: no objects found under the S3 URL "${input.uri}" given for input '${input.name}'. ` +
      'Please ensure that objects exist under that prefix.',
  )
}

async function fromPrefix(input: InputPlan, objects: DirectoryObjects, signal: AbortSignal): Promise<readonly InputObject[]> {
  const prefix = addressOf(input.uri).key
  const found: InputObject[] = []
  for await (const { uri } of objects.list(input.uri, { signal })) {
    const name = nameBelow(prefix, addressOf(uri).key)
    if (name !== '') found.push({ uri, name })
  }
  return found
}

/** Where a key that starts with a prefix lies below the channel. The prefix `p/da` also matches `p/data/x`, as in S3. */
export function nameBelow(prefix: string, key: string): string {
  if (prefix === '' || prefix.endsWith('/')) return key.slice(prefix.length)
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1)
  return key.slice(prefix.lastIndexOf('/') + 1)
}

async function fromManifest(input: InputPlan, objects: DirectoryObjects, signal: AbortSignal): Promise<readonly InputObject[]> {
  const [first, ...names] = await manifestOf(input, objects, signal)
  const prefix = typeof first === 'object' && first !== null && 'prefix' in first ? first.prefix : undefined
  if (typeof prefix !== 'string' || !names.every((name) => typeof name === 'string')) {
    throw new JobProblem(`ClientError: the manifest "${input.uri}" is not [{"prefix": "s3://…"}, "name", …]`)
  }
  for (const name of names) {
    if (objects.pathOf(objectUri(prefix + name)) !== undefined) continue
    throw new JobProblem(
      `ClientError: Data download failed: "${prefix}${name}", named by the manifest "${input.uri}", does not exist`,
    )
  }
  return names.map((name) => ({ uri: objectUri(prefix + name), name }))
}

async function manifestOf(input: InputPlan, objects: DirectoryObjects, signal: AbortSignal): Promise<readonly unknown[]> {
  const bytes = await readAtMost(objects.read(input.uri, { signal }), mostListBytes)
  if (bytes === undefined)
    throw new JobProblem(`ClientError: the manifest "${input.uri}" has more than the ${mostListBytes} bytes that are read of one`)
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'))
    if (Array.isArray(parsed)) return parsed as readonly unknown[]
  } catch {
    // Told below.
  }
  throw new JobProblem(`ClientError: the manifest "${input.uri}" is not a JSON array`)
}
