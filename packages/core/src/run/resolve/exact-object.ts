import { SsmError } from '../../errors/ssm-error.ts'
import { addressOf, type ObjectUri } from '../../names/object-uri.ts'
import type { Objects, StoredObject } from '../../platform/objects.ts'
import type { InputSpec } from '../../spec/task-spec.ts'

/** An object that an input names, and whether the keys of others begin the same: SageMaker reads a URI as a prefix. */
export interface ExactObject {
  readonly object: StoredObject
  readonly hasNeighbours: boolean
}

/**
 * The object of this very key; `undefined` when there is none, or when the URI names a folder or a whole bucket.
 * @throws {SsmError} `INPUT_MISSING` when it could not come alone.
 */
export async function exactObject(
  uri: ObjectUri,
  { channel, mode }: InputSpec,
  objects: Objects,
  signal: AbortSignal,
): Promise<ExactObject | undefined> {
  if (uri.endsWith('/') || addressOf(uri).key === '') return undefined
  const [object, hasNeighbours] = await Promise.all([objects.find(uri, { signal }), neighboursOf(uri, objects, signal)])
  if (object === undefined) return undefined
  if (!hasNeighbours || mode !== 'FastFile') return { object, hasNeighbours }
  throw new SsmError('INPUT_MISSING', `Channel ${channel} cannot take ${uri} alone in the mode FastFile`, {
    hint: 'The keys of other objects begin the same, and this mode takes them all. Use the mode File, or move the object to a folder of its own.',
    facts: { uri, channel, mode },
  })
}

async function neighboursOf(uri: ObjectUri, objects: Objects, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const other of objects.list(uri, { signal })) if (other.uri !== uri) return true
  } catch {
    // Whoever may read one object need not be allowed to list others.
    signal.throwIfAborted()
  }
  return false
}
