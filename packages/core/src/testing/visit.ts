import { addressOf, objectUri, type ObjectUri } from '../names/object-uri.ts'
import type { Platform } from '../platform/platform.ts'
import type { JobKind } from '../spec/job-kind.ts'

/** What a check is given: an open platform and a folder of the store that nobody else uses. */
export interface Visit {
  readonly platform: Platform
  readonly folder: ObjectUri
}

/** Checks by their names, each a claim about behaviour. */
export type Checks = Readonly<Record<string, (visit: Visit) => Promise<void>>>

/** One check for each kind of job; `{kind}` in a name is the kind. */
export function forBothKinds(checks: Readonly<Record<string, (visit: Visit, kind: JobKind) => Promise<void>>>): Checks {
  const kinds = ['training', 'processing'] as const
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      Object.entries(checks).map(([name, check]) => [name.replace('{kind}', kind), (visit: Visit) => check(visit, kind)]),
    ),
  )
}

/** A URI below a folder; unlike `joinUri`, any text is a key. */
export const uriBelow = (folder: ObjectUri, key: string): ObjectUri => objectUri(folder + key)

/** A key without its folder's. */
export const keyBelow = (folder: ObjectUri, uri: ObjectUri): string => addressOf(uri).key.slice(addressOf(folder).key.length)

/** Everything an iterable gives. */
export async function itemsOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** An object's bytes as text. */
export async function objectText(platform: Platform, uri: ObjectUri): Promise<string> {
  return Buffer.concat([...(await itemsOf(platform.objects.read(uri)))]).toString('utf8')
}

/** Writes text as an object. */
export async function putText(platform: Platform, uri: ObjectUri, text: string): Promise<void> {
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from(text) })
}
