import { expect, test } from 'vitest'
import { eachOf } from '../../packages/core/src/lang/each-of.ts'
import { objectUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import { noMoto } from '../support/aws/moto.ts'
import type { Exchange } from '../support/aws/proxy.ts'
import { awsOn, useStandIn } from '../support/aws/aws-platform.ts'

// Many small objects go the fast path, as copies of one request of the SDK (aws/objects/fast-path/fast-path.ts).
const standIn = useStandIn()
const oddKeys = Array.from({ length: 60 }, (_, index) => `f/${index} +%é(!)*'/~${index}`)
const isBrief = ({ headers }: Exchange): boolean => headers['amz-sdk-invocation-id'] === undefined
const isOf = (method: string): ((exchange: Exchange) => boolean) => {
  return (exchange) => exchange.operation === undefined && exchange.method === method && exchange.path.includes('/f/')
}

async function visit(): Promise<{
  readonly platform: ReturnType<typeof awsOn>
  readonly uris: readonly ObjectUri[]
  readonly write: (uri: ObjectUri) => Promise<void>
  readonly read: (uri: ObjectUri) => Promise<string>
}> {
  const platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  return {
    platform,
    uris: oddKeys.map((key) => objectUri(`s3://${bucket}/${key}`)),
    write: async (uri) => void (await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from(`of ${uri}`) })),
    read: async (uri) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of platform.objects.read(uri)) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    },
  }
}

test.skipIf(noMoto)('all but the first go the short way, with the owner, a checksum and a signature of their own', async () => {
  const { platform, uris, write, read } = await visit()
  await using _ = platform
  for (const uri of uris) await write(uri)
  for (const uri of uris) expect(await read(uri)).toBe(`of ${uri}`)
  for (const method of ['PUT', 'GET']) {
    const sent = standIn().proxy.seen.filter(isOf(method))
    expect(sent.filter((exchange) => !isBrief(exchange))).toHaveLength(1)
    expect(sent).toHaveLength(uris.length)
    expect(sent.every(({ headers }) => headers['x-amz-expected-bucket-owner'] === standIn().account)).toBe(true)
    expect(new Set(sent.map(({ headers }) => headers.authorization)).size).toBe(sent.length)
    // One after the other, on connections that are kept.
    expect(new Set(sent.map(({ port }) => port)).size).toBeLessThanOrEqual(3)
  }
  const checksums = standIn()
    .proxy.seen.filter(isOf('PUT'))
    .map(({ headers }) => headers['x-amz-checksum-crc32'])
  expect(new Set(checksums).size).toBe(uris.length)
})

test.skipIf(noMoto)('a server in trouble is left to the SDK, which slows down, and every object arrives', async () => {
  const { platform, uris, write, read } = await visit()
  await using _ = platform
  for (const uri of uris.slice(0, 2)) await write(uri)
  standIn().proxy.fault((exchange) => isOf('PUT')(exchange) && isBrief(exchange), { kind: 'answer', status: 503 })
  await eachOf(uris.slice(2), 8, write)
  // Those that were under way together; nobody else tried.
  const failed = standIn().proxy.seen.filter((exchange) => isOf('PUT')(exchange) && isBrief(exchange)).length
  expect(failed).toBeLessThan(12)
  for (const uri of uris) expect(await read(uri)).toBe(`of ${uri}`)
})

test.skipIf(noMoto)('a broken connection, a lost answer and a missing object are left to the SDK', async () => {
  const { platform, uris, write, read } = await visit()
  await using _ = platform
  const [first, second, third, fourth] = uris
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error('Too few')
  await write(first)
  standIn().proxy.fault((exchange) => isOf('PUT')(exchange) && isBrief(exchange), { kind: 'lose answer' }, 1)
  await write(second)
  expect(await read(second)).toBe(`of ${second}`)
  await expect(read(fourth)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
  await expect(
    platform.objects.write(third, { kind: 'bytes', bytes: Buffer.from('3') }, { onlyIf: 'absent' }),
  ).resolves.toBeDefined()
  await expect(
    platform.objects.write(third, { kind: 'bytes', bytes: Buffer.from('4') }, { onlyIf: 'absent' }),
  ).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
  })
})
