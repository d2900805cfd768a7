import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { noMoto } from '../support/aws/moto.ts'
import type { Exchange } from '../support/aws/proxy.ts'
import { awsOn, fastClock, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const bytesOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await collect(chunks))
const isS3 = (exchange: Exchange): boolean => exchange.operation === undefined
const megabytes = (count: number): Buffer => randomBytes(count * 1024 * 1024)

test.skipIf(noMoto)('the default bucket is made once and is ours on every call', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  expect(bucket).toBe(`sagemaker-us-east-1-${standIn().account}`)
  const uri = objectUri(`s3://${bucket}/p/a b+c%20é.txt`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('hello') })
  expect((await bytesOf(platform.objects.read(uri))).toString()).toBe('hello')
  expect(await platform.objects.find(uri)).toMatchObject({ uri, sizeBytes: 5 })
  expect(await collect(platform.objects.list(objectUri(`s3://${bucket}/p/`)))).toMatchObject([{ uri, sizeBytes: 5 }])
  expect(await collect(platform.objects.folders(objectUri(`s3://${bucket}/`)))).toEqual(['p'])
  await platform.objects.write(objectUri(`s3://${bucket}/big`), { kind: 'bytes', bytes: megabytes(20) })
  await platform.objects.remove([uri, objectUri(`s3://${bucket}/not there`)])
  expect(await platform.objects.find(uri)).toBeUndefined()
  const calls = standIn().proxy.seen.filter(isS3)
  const without = calls.filter(({ headers }) => headers['x-amz-expected-bucket-owner'] !== standIn().account)
  // Making a bucket is the one call that has no owner to expect.
  expect(without.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([`PUT /${bucket}/`])
  expect(calls.length).toBeGreaterThan(10)
})

test.skipIf(noMoto)('elsewhere than in us-east-1 the bucket is made in the region of the jobs', async () => {
  await using platform = awsOn(standIn().url, { region: 'eu-west-1' })
  const bucket = await platform.objects.bucket(undefined)
  const made = standIn().proxy.seen.find(({ method }) => method === 'PUT')
  expect(bucket).toBe(`sagemaker-eu-west-1-${standIn().account}`)
  expect(made?.body.toString()).toContain('<LocationConstraint>eu-west-1</LocationConstraint>')
})

test.skipIf(noMoto)('a bucket of a stranger is refused before anything is written', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket('taken-bucket')
  standIn().strangers[bucket] = '999988887777'
  await using late = awsOn(standIn().url)
  standIn().proxy.seen.length = 0
  await expect(late.objects.bucket(bucket)).rejects.toMatchObject({ code: 'BUCKET_FOREIGN', facts: { bucket } })
  await expect(
    late.objects.write(objectUri(`s3://${bucket}/x`), { kind: 'bytes', bytes: Buffer.from('x') }),
  ).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
  await expect(collect(late.objects.list(objectUri(`s3://${bucket}/`)))).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
  expect(
    standIn()
      .proxy.seen.filter(isS3)
      .every(({ headers }) => headers['x-amz-expected-bucket-owner'] === standIn().account),
  ).toBe(true)
})

test.skipIf(noMoto)('a public data set of another account can be read as an input and never be written', async () => {
  await using owner = awsOn(standIn().url)
  await owner.objects.bucket('public-data')
  const uri = objectUri('s3://public-data/set/part-1.csv')
  await owner.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('1,2') })
  standIn().strangers['public-data'] = '999988887777'
  await using platform = awsOn(standIn().url)
  expect(await collect(platform.objects.list(objectUri('s3://public-data/set/')))).toMatchObject([{ uri }])
  expect((await bytesOf(platform.objects.read(uri))).toString()).toBe('1,2')
  await expect(platform.objects.remove([uri])).rejects.toMatchObject({ code: 'PLATFORM_DENIED' })
  await using knowing = awsOn(standIn().url, { bucketOwners: { 'public-data': '999988887777' } })
  standIn().proxy.seen.length = 0
  expect(await knowing.objects.find(uri)).toMatchObject({ sizeBytes: 3 })
  expect(
    standIn()
      .proxy.seen.filter(isS3)
      .map(({ headers }) => headers['x-amz-expected-bucket-owner']),
  ).toEqual(['999988887777'])
  await expect(knowing.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('x') })).rejects.toMatchObject({
    code: 'BUCKET_FOREIGN',
  })
})

test.skipIf(noMoto)('large bodies go in parts and come back the same, whatever their form', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const content = megabytes(21)
  const folder = mkdtempSync(join(tmpdir(), 'ssm-'))
  try {
    const path = join(folder, 'big')
    writeFileSync(path, content)
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 3_000_001) yield content.subarray(at, at + 3_000_001)
    }
    const bodies = {
      bytes: { kind: 'bytes', bytes: content },
      file: { kind: 'file', path, sizeBytes: content.length },
      stream: { kind: 'stream', chunks: stream() },
    } as const
    for (const [name, body] of Object.entries(bodies)) {
      const uri = objectUri(`s3://${bucket}/${name}`)
      const totals: number[] = []
      const stored = await platform.objects.write(uri, body, { onBytes: (total) => totals.push(total) })
      expect(stored).toMatchObject({ uri, sizeBytes: content.length })
      expect(totals).toEqual([...totals].sort((left, right) => left - right))
      expect(totals.at(-1)).toBe(content.length)
      expect(totals.length).toBe(3)
      expect(
        createHash('md5')
          .update(await bytesOf(platform.objects.read(uri)))
          .digest('hex'),
      ).toBe(createHash('md5').update(content).digest('hex'))
    }
    for (const size of [0, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1]) {
      const uri = objectUri(`s3://${bucket}/edge`)
      async function* one(): AsyncGenerator<Uint8Array> {
        yield content.subarray(0, size)
      }
      expect(await platform.objects.write(uri, { kind: 'stream', chunks: one() })).toMatchObject({ sizeBytes: size })
      expect(await platform.objects.find(uri)).toMatchObject({ sizeBytes: size })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.skipIf(noMoto)(
  'the many parts of a large file arrive as they are, one failing among them, and none asks before it is sent',
  async () => {
    await using platform = awsOn(standIn().url, { clock: fastClock(20) })
    const uri = objectUri(`s3://${await platform.objects.bucket(undefined)}/large`)
    const folder = mkdtempSync(join(tmpdir(), 'ssm-'))
    try {
      const path = join(folder, 'large')
      const content = megabytes(75)
      writeFileSync(path, content)
      standIn().proxy.fault(({ path: asked }) => asked.includes('partNumber=6'), { kind: 'reset' }, 1)
      await platform.objects.write(uri, { kind: 'file', path, sizeBytes: content.length })
      expect((await bytesOf(platform.objects.read(uri))).equals(content)).toBe(true)
      const parts = standIn().proxy.seen.filter(({ path: asked }) => asked.includes('partNumber='))
      expect(parts.length).toBe(10 + 1)
      expect(parts.filter(({ headers }) => headers.expect !== undefined)).toEqual([])
      expect(new Set(parts.map(({ port }) => port)).size).toBeLessThanOrEqual(4 + 1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test.skipIf(noMoto)('a conditional write loses against an object that is there, and against one that has changed', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/lease.json`)
  const body = (text: string) => ({ kind: 'bytes', bytes: Buffer.from(text) }) as const
  const first = await platform.objects.write(uri, body('1'), { onlyIf: 'absent' })
  await expect(platform.objects.write(uri, body('2'), { onlyIf: 'absent' })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  const second = await platform.objects.write(uri, body('2'), { onlyIf: { etag: first.etag } })
  expect(second.etag).not.toBe(first.etag)
  await expect(platform.objects.write(uri, body('3'), { onlyIf: { etag: first.etag } })).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
  })
  expect((await bytesOf(platform.objects.read(uri))).toString()).toBe('2')
})

test.skipIf(noMoto)('a conditional write whose answer was lost knows its own object when it is sent again', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/lease.json`)
  standIn().proxy.fault(({ method, path }) => method === 'PUT' && path.includes('lease'), { kind: 'lose answer' }, 1)
  const stored = await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('mine') }, { onlyIf: 'absent' })
  expect(stored).toMatchObject({ uri, sizeBytes: 4 })
  expect(standIn().proxy.seen.filter(({ method, path }) => method === 'PUT' && path.includes('lease'))).toHaveLength(2)
})

test.skipIf(noMoto)('many objects are listed page by page in key order, and removed a thousand at a time', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const uris = Array.from({ length: 1_003 }, (_, index) => objectUri(`s3://${bucket}/many/${String(index).padStart(5, '0')}`))
  await Promise.all(
    Array.from({ length: 16 }, async (_, worker) => {
      for (let at = worker; at < uris.length; at += 16)
        await platform.objects.write(uris[at] ?? objectUri('s3://none/x'), { kind: 'bytes', bytes: Buffer.of(1) })
    }),
  )
  await platform.objects.write(objectUri(`s3://${bucket}/many2`), { kind: 'bytes', bytes: Buffer.of(1) })
  expect((await collect(platform.objects.list(objectUri(`s3://${bucket}/many/`)))).map(({ uri }) => uri)).toEqual(uris)
  standIn().proxy.seen.length = 0
  await platform.objects.remove(uris)
  expect(standIn().proxy.seen).toHaveLength(2)
  expect((await collect(platform.objects.list(objectUri(`s3://${bucket}/`)))).map(({ uri }) => uri)).toEqual([
    `s3://${bucket}/many2`,
  ])
  await expect(platform.objects.remove([objectUri(`s3://${bucket}`)])).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
})

test.skipIf(noMoto)("what the caller's own stream throws comes back as it was, and leaves no parts behind", async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const broken = new Error('broken')
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < 3; sent += 1) yield megabytes(8)
    throw broken
  }
  await expect(platform.objects.write(objectUri(`s3://${bucket}/x`), { kind: 'stream', chunks: chunks() })).rejects.toBe(broken)
  expect(await platform.objects.find(objectUri(`s3://${bucket}/x`))).toBeUndefined()
  const uploads = await fetch(`${standIn().moto.url}/${bucket}?uploads`).then((answer) => answer.text())
  expect(uploads).not.toContain('<UploadId>')
})

test.skipIf(noMoto)('a read or a write that is aborted rejects with the reason of the signal', async () => {
  await using platform = awsOn(standIn().url)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/x`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: megabytes(2) })
  const reason = new Error('enough')
  await expect(bytesOf(platform.objects.read(uri, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
  const stop = new AbortController()
  standIn().proxy.fault(({ path }) => path.includes('/x'), { kind: 'delay', ms: 2_000 })
  const reading = bytesOf(platform.objects.read(uri, { signal: stop.signal }))
  setTimeout(() => stop.abort(reason), 100)
  await expect(reading).rejects.toBe(reason)
  const other = new AbortController()
  setTimeout(() => other.abort(reason), 100)
  await expect(platform.objects.write(uri, { kind: 'bytes', bytes: megabytes(20) }, { signal: other.signal })).rejects.toBe(
    reason,
  )
})
