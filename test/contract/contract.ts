import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'vitest'
import { addressOf, objectUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'

/** A room that a doorway's suite is run in. */
export interface Room {
  /** A platform of its own or a shared one; the suite closes it. */
  open(): Promise<Platform>
  /** Claims that this room does not keep, each with its reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** How long one claim may take; default 30 seconds. */
  readonly timeoutMs?: number
}

/** What a claim's test is given: an open platform and a folder of the store that nobody else uses. */
export interface Visit {
  readonly platform: Platform
  readonly folder: ObjectUri
}

/** Says a claim about a doorway and shows it, unless the room names a reason why it does not hold there. */
export function claim(room: Room, name: string, show: (visit: Visit) => Promise<void>): void {
  test(name, { timeout: room.timeoutMs ?? 30_000 }, async (context: TestContext) => {
    const reason = room.skip?.[name]
    if (reason !== undefined) context.skip(reason)
    await using platform = await room.open()
    const bucket = await platform.objects.bucket(undefined)
    const folder = objectUri(`s3://${bucket}/contract/${randomBytes(6).toString('hex')}/`)
    try {
      await show({ platform, folder })
    } finally {
      await platform.objects.remove((await gather(platform.objects.list(folder))).map((object) => object.uri))
    }
  })
}

/** A URI below a folder; unlike `joinUri`, any text is a key. */
export const below = (folder: ObjectUri, key: string): ObjectUri => objectUri(folder + key)

/** A key without its folder's. */
export const keyBelow = (folder: ObjectUri, uri: ObjectUri): string => addressOf(uri).key.slice(addressOf(folder).key.length)

/** Everything an iterable gives. */
export async function gather<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** An object's bytes as text. */
export async function textOf(platform: Platform, uri: ObjectUri): Promise<string> {
  return Buffer.concat([...(await gather(platform.objects.read(uri)))]).toString('utf8')
}

/** Writes text as an object. */
export async function put(platform: Platform, uri: ObjectUri, text: string): Promise<void> {
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from(text) })
}
