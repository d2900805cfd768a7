import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { itemsOf, objectText } from '../../testing/visit.ts'
import { compareBytes } from '../../files/byte-order.ts'
import { addressOf, objectUri } from '../../names/object-uri.ts'
import { local } from '../index.ts'
import { pathOfKey } from './key-path.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-objects-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const spiky = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '.', '%', '-', '+', '=', '2', '5', 'E', ' ', 'é', '🦀'),
  minLength: 1,
  maxLength: 12,
})
const long = fc.string({ unit: fc.constantFrom('a', 'é', '🦀', '%', '/'), minLength: 150, maxLength: 260 })
const key = fc.oneof(
  { weight: 5, arbitrary: spiky },
  { weight: 1, arbitrary: long },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1 }) },
)
const usable = key.filter((text) => !text.includes('\0') && text.length < 900 && !/\p{Surrogate}/u.test(text))

test('no key leaves its bucket, no two keys share a path, no name is too long', () => {
  const paths = new Map<string, string>()
  fc.assert(
    fc.property(usable, (text) => {
      const path = pathOfKey(text)
      expect(resolve('/bucket', path).startsWith(`/bucket${sep}`)).toBe(true)
      expect(
        path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 250),
      ).toBe(true)
      expect(paths.get(path) ?? text).toBe(text)
      paths.set(path, text)
    }),
    { numRuns: 5_000 },
  )
})

test('ordinary keys are their own paths', () => {
  for (const text of ['project/task/input/data.csv', 'with blank/ä.txt', '100% sure.txt', '.hidden', 'a..b/c', '-'])
    expect(pathOfKey(text)).toBe(text)
})

test(
  'whatever the keys and their order, a listing gives each once, in byte order, until it is removed',
  { timeout: 60_000 },
  async () => {
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(usable, { minLength: 1, maxLength: 12 }), fc.array(fc.nat()), async (keys, gone) => {
        const { objects } = local({ root: join(base, String((round += 1))) })
        const uri = (text: string) => objectUri(`s3://ssm-local/${text}`)
        for (const text of keys) await objects.write(uri(text), { kind: 'bytes', bytes: Buffer.from(text) })
        const listed = async (): Promise<readonly string[]> =>
          (await itemsOf(objects.list(objectUri('s3://ssm-local')))).map((object) => addressOf(object.uri).key)
        expect(await listed()).toEqual([...keys].sort(compareBytes))
        const removed = new Set(gone.map((index) => keys[index % keys.length] ?? ''))
        await objects.remove([...removed].map(uri))
        const kept = keys.filter((text) => !removed.has(text))
        expect(await listed()).toEqual([...kept].sort(compareBytes))
        for (const text of kept) expect(Buffer.concat([...(await itemsOf(objects.read(uri(text))))]).toString()).toBe(text)
        await objects.remove(kept.map(uri))
        expect(readdirSync(join(base, String(round), 's3/ssm-local'))).toEqual([])
      }),
      { numRuns: 60 },
    )
  },
)

test('people find their files, and files that people put there are objects', async () => {
  const root = join(base, 'people')
  const platform = local({ root })
  await platform.objects.write(objectUri('s3://ssm-local/a/b c.txt'), { kind: 'bytes', bytes: Buffer.from('ours') })
  expect(readFileSync(join(root, 's3/ssm-local/a/b c.txt'), 'utf8')).toBe('ours')
  writeFileSync(join(root, 's3/ssm-local/a/100%.txt'), 'theirs')
  expect(await objectText(platform, objectUri('s3://ssm-local/a/100%.txt'))).toBe('theirs')
  expect((await itemsOf(platform.objects.list(objectUri('s3://ssm-local/')))).map((object) => object.uri)).toEqual([
    's3://ssm-local/a/100%.txt',
    's3://ssm-local/a/b c.txt',
  ])
})

test('the folder of an object that becomes a folder too is made without the object ever missing', async () => {
  const root = join(base, 'both')
  const { objects } = local({ root })
  const uri = objectUri('s3://ssm-local/x')
  await objects.write(uri, { kind: 'bytes', bytes: Buffer.from('x') })
  let looking = true
  const looks = (async () => {
    let missing = 0
    while (looking) {
      if ((await objects.find(uri)) === undefined) missing += 1
      await new Promise(setImmediate)
    }
    return missing
  })()
  for (let round = 0; round < 50; round += 1) {
    await objects.write(objectUri('s3://ssm-local/x/y'), { kind: 'bytes', bytes: Buffer.from('y') })
    await objects.remove([objectUri('s3://ssm-local/x/y')])
    await objects.write(uri, { kind: 'bytes', bytes: Buffer.from('x') })
    await new Promise(setImmediate)
  }
  looking = false
  expect(await looks).toBe(0)
})

test('a file that is not there is said by its own name', async () => {
  const root = join(base, 'missing')
  const write = local({ root }).objects.write(objectUri('s3://ssm-local/x'), {
    kind: 'file',
    path: '/nowhere/file',
    sizeBytes: 1,
  })
  await expect(write).rejects.toMatchObject({
    code: 'INPUT_MISSING',
    message: expect.stringContaining('/nowhere/file') as string,
  })
  expect(readdirSync(join(root, 'tmp'))).toEqual([])
})

test('looking makes nothing', async () => {
  const root = join(base, 'untouched')
  const { objects } = local({ root })
  expect(await objects.bucket(undefined, { dryRun: true })).toBe('ssm-local')
  expect(await objects.find(objectUri('s3://ssm-local/x'))).toBeUndefined()
  expect(await itemsOf(objects.list(objectUri('s3://ssm-local/')))).toEqual([])
  expect(await itemsOf(objects.folders(objectUri('s3://ssm-local/')))).toEqual([])
  await objects.remove([objectUri('s3://ssm-local/x')])
  expect(existsSync(root)).toBe(false)
})
