import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import type { Objects } from '../../packages/core/src/platform/objects.ts'
import { downloadFolder } from '../../packages/core/src/sync/download.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()
const mebibyte = 1024 * 1024
const fast = { clock: fastClock(20), maxAttempts: 4 }
const content = randomBytes(40 * mebibyte + 3)

let top: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'ssm-large-'))
})
afterEach(() => rm(top, { recursive: true }))

async function stored(objects: Objects): Promise<string> {
  const folder = `s3://${await objects.bucket(undefined)}/p/`
  await objects.write(objectUri(`${folder}large`), { kind: 'bytes', bytes: content })
  standIn().proxy.seen.length = 0
  return folder
}

const download = (objects: Objects, folder: string, signal?: AbortSignal): Promise<unknown> =>
  downloadFolder({ source: objectUri(folder), target: join(top, 'back'), objects, signal })

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const isWhole = async (): Promise<boolean> => digest(await readFile(join(top, 'back/large'))) === digest(content)

/** Requests for a stretch, and those of them that the SDK made. */
const ranges = (): readonly [all: number, bySdk: number] => {
  const all = standIn().proxy.seen.filter(({ headers }) => headers.range !== undefined)
  return [all.length, all.filter(({ headers }) => headers['amz-sdk-request'] !== undefined).length]
}

test.skipIf(noMoto)('a large object becomes a file by stretches over connections of its own', async () => {
  await using platform = awsOn(standIn().url, fast)
  await download(platform.objects, await stored(platform.objects))
  expect(await isWhole()).toBe(true)
  expect(ranges()).toEqual([5, 0])
})

test.skipIf(noMoto).each([
  ['breaks off', { kind: 'truncate', bytes: 1_000_000 }],
  ['is reset', { kind: 'reset' }],
  ['is refused', { kind: 'answer', status: 503, headers: {}, body: '<Error><Code>SlowDown</Code></Error>' }],
  ['is the whole object', { kind: 'answer', status: 200, headers: {}, body: 'x'.repeat(100) }],
] as const)('a stretch whose answer %s is brought by the SDK', async (_name, fault) => {
  await using platform = awsOn(standIn().url, fast)
  const folder = await stored(platform.objects)
  standIn().proxy.fault(({ method, headers }) => method === 'GET' && headers.range !== undefined, fault, 1)
  await download(platform.objects, folder)
  expect(await isWhole()).toBe(true)
  expect(ranges()[1]).toBeGreaterThan(0)
})

test.skipIf(noMoto)('stretches that are not those of the object are found by its sum, and leave no file', async () => {
  await using platform = awsOn(standIn().url, fast)
  const folder = await stored(platform.objects)
  const etag = (await platform.objects.find(objectUri(`${folder}large`)))?.etag ?? ''
  standIn().proxy.rules.unshift(({ method, headers }) =>
    method === 'GET' && headers.range?.startsWith('bytes=8388608-') === true
      ? {
          kind: 'answer',
          status: 206,
          headers: {
            'content-range': `bytes 8388608-16777215/${content.length}`,
            'content-length': String(8 * mebibyte),
            etag,
          },
          body: 'y'.repeat(8 * mebibyte),
        }
      : undefined,
  )
  await expect(download(platform.objects, folder)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' })
  expect(await readdir(join(top, 'back'))).toEqual([])
})

test.skipIf(noMoto)('an abort ends a large download at once, and leaves no file', async () => {
  await using platform = awsOn(standIn().url, fast)
  const folder = await stored(platform.objects)
  const stop = new AbortController()
  const reason = new Error('enough')
  const watched: Objects = {
    ...platform.objects,
    readTo: (uri, put, options) => {
      let bytes = 0
      const take: typeof put = (chunk, at) => {
        bytes += chunk.length
        if (bytes > 9_000_000) stop.abort(reason)
        return put(chunk, at)
      }
      return platform.objects.readTo?.(uri, take, options) ?? Promise.resolve(0)
    },
  }
  await expect(download(watched, folder, stop.signal)).rejects.toBe(reason)
  expect(await readdir(join(top, 'back'))).toEqual([])
})

test.skipIf(noMoto)('a file that cannot take the bytes is no reason to ask for them again', async () => {
  await using platform = awsOn(standIn().url, fast)
  const folder = await stored(platform.objects)
  const full = new Error('full')
  for (const fail of [
    () => Promise.reject(full),
    () => {
      throw full
    },
  ]) {
    const take = (_bytes: Uint8Array, at: number): Promise<void> | undefined => (at < 9_000_000 ? undefined : fail())
    await expect(platform.objects.readTo?.(objectUri(`${folder}large`), take)).rejects.toBe(full)
    expect(ranges()[1]).toBe(0)
  }
})
