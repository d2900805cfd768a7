import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryObjects, type MemoryObjects } from '../../../../test/support/memory-objects.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { objectUri } from '../names/object-uri.ts'
import { describeFolder, planFolder, syncFolder, type SyncFolderOptions } from './folder.ts'

const target = objectUri('s3://bucket/exp/input/')
const index = objectUri('s3://bucket/exp/input.index.json')

async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
    // Old enough for its digest to be remembered.
    await utimes(join(folder, path), 1_000_000, 1_000_000)
  }
}

function stored(objects: MemoryObjects): Readonly<Record<string, string>> {
  const below = [...objects.bytes].filter(([uri]) => uri.startsWith(target))
  return Object.fromEntries(below.map(([uri, bytes]) => [uri.slice(target.length), bytes.toString()]))
}

const optionsFor = (folder: string, objects: MemoryObjects): SyncFolderOptions => ({
  source: join(folder, 'data'),
  target,
  index,
  cacheDir: join(folder, 'cache'),
  objects,
})

test('the target becomes equal to the folder, and stays unsent while nothing changes', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  const options = optionsFor(scratch.path, objects)
  await put(scratch.path, { 'data/a': '1', 'data/b/c d': '22', 'data/ü': '' })
  const first = await syncFolder(options)
  expect(first).toMatchObject({ uploaded: 3, kept: 0, removed: 0, bytes: 3 })
  expect(stored(objects)).toEqual({ a: '1', 'b/c d': '22', ü: '' })
  const writes = objects.writes.length
  expect(await syncFolder(options)).toEqual({ uploaded: 0, kept: 3, removed: 0, bytes: 0, digest: first.digest })
  expect(objects.writes.length).toBe(writes)
})

test('only what differs is sent, and what is gone is removed; siblings are never touched', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  const options = optionsFor(scratch.path, objects)
  const siblings = ['s3://bucket/exp/input2/x', 's3://bucket/exp/input', 's3://bucket/exp2/input/x']
  for (const uri of siblings) await objects.write(objectUri(uri), { kind: 'bytes', bytes: Buffer.from('mine') })
  await put(scratch.path, { 'data/a': '1', 'data/b': '2', 'data/c': '3' })
  const before = await syncFolder(options)
  await put(scratch.path, { 'data/b': '4' })
  await rm(join(scratch.path, 'data/c'))
  const after = await syncFolder(options)
  expect(after).toMatchObject({ uploaded: 1, kept: 1, removed: 1, bytes: 1 })
  expect(after.digest).not.toBe(before.digest)
  expect(stored(objects)).toEqual({ a: '1', b: '4' })
  for (const uri of siblings) expect(objects.bytes.get(uri)?.toString()).toBe('mine')
  expect(objects.removes).toEqual([`${target}c`])
})

test('an object that someone else replaced is sent again', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  const options = optionsFor(scratch.path, objects)
  await put(scratch.path, { 'data/a': '1' })
  await syncFolder(options)
  await objects.write(objectUri(`${target}a`), { kind: 'bytes', bytes: Buffer.from('2') })
  expect(await syncFolder(options)).toMatchObject({ uploaded: 1 })
  expect(stored(objects)).toEqual({ a: '1' })
})

test('a plan tells the same and changes nothing in the store', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  const options = optionsFor(scratch.path, objects)
  await put(scratch.path, { 'data/a': '1', 'data/b': '22' })
  const plan = await planFolder(options)
  expect(plan).toMatchObject({ files: 2, bytes: 3, plan: { bytes: 3, remove: [] } })
  expect(objects.bytes.size).toBe(0)
  expect((await syncFolder(options)).digest).toBe(plan.digest)
})

test('the digest is of names and contents alone', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1', 'data/b/c': '2', 'data2/b/c': '2', 'data2/a': '1' })
  await put(scratch.path, { 'data3/b/c': '1', 'data3/a': '2' })
  const digests = await Promise.all(
    ['data', 'data2', 'data3'].map(
      async (name) => (await planFolder({ ...optionsFor(scratch.path, objects), source: join(scratch.path, name) })).digest,
    ),
  )
  expect(digests[1]).toBe(digests[0])
  expect(digests[2]).not.toBe(digests[0])
})

test('one file goes under its own name, also through a link', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'real.csv': '1' })
  await symlink('real.csv', join(scratch.path, 'data'))
  await syncFolder({ ...optionsFor(scratch.path, objects), source: join(scratch.path, 'real.csv') })
  expect(stored(objects)).toEqual({ 'real.csv': '1' })
  await syncFolder(optionsFor(scratch.path, objects))
  expect(stored(objects)).toEqual({ data: '1' })
})

test('what is not there is a clear error, and nothing is removed', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1' })
  await syncFolder(optionsFor(scratch.path, objects))
  await expect(syncFolder({ ...optionsFor(scratch.path, objects), source: join(scratch.path, 'gone') })).rejects.toMatchObject({
    code: 'INPUT_MISSING',
  })
  expect(stored(objects)).toEqual({ a: '1' })
})

test('a file that changes on its way is sent again as it is then', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1' })
  let times = 0
  objects.beforeWrite = async (uri) => {
    if (uri.endsWith('/a') && (times += 1) === 1) await appendFile(join(scratch.path, 'data/a'), '2')
  }
  const synced = await syncFolder(optionsFor(scratch.path, objects))
  expect(stored(objects)).toEqual({ a: '12' })
  expect((await planFolder(optionsFor(scratch.path, objects))).digest).toBe(synced.digest)
  expect((await planFolder(optionsFor(scratch.path, objects))).plan.upload).toEqual([])
})

test('a file that never stops changing is a clear error', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1' })
  objects.beforeWrite = () => appendFile(join(scratch.path, 'data/a'), 'x')
  await expect(syncFolder(optionsFor(scratch.path, objects))).rejects.toMatchObject({
    code: 'INPUT_MISSING',
    facts: { path: join(scratch.path, 'data/a') },
  })
})

test('a sync that breaks off goes on where it was', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  const files = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [`data/f${number}`, String(number)]))
  await put(scratch.path, files)
  objects.beforeWrite = (uri) => {
    if (objects.writes.length >= 100 && uri !== index) throw new Error('connection lost')
  }
  await expect(syncFolder(optionsFor(scratch.path, objects))).rejects.toThrow('connection lost')
  objects.beforeWrite = () => undefined
  const rest = await syncFolder(optionsFor(scratch.path, objects))
  expect(rest.kept).toBeGreaterThanOrEqual(100)
  expect(rest.kept + rest.uploaded).toBe(500)
  expect(Object.keys(stored(objects))).toHaveLength(500)
})

test('an abort rejects with its reason', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1' })
  const stop = new AbortController()
  const reason = new Error('enough')
  objects.beforeWrite = () => {
    stop.abort(reason)
    stop.signal.throwIfAborted()
  }
  await expect(syncFolder({ ...optionsFor(scratch.path, objects), signal: stop.signal })).rejects.toBe(reason)
})

test('unchanged files are not read again; a damaged cache means that they are', async () => {
  await using scratch = await temporaryDirectory()
  const { listLocal } = await import('./listing.ts')
  const [source, cacheDir] = [join(scratch.path, 'data'), join(scratch.path, 'cache')]
  await put(scratch.path, { 'data/a': '1', 'data/__proto__': '2' })
  // Its change time cannot be set back: wait until it is old enough to be trusted.
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  const first = await listLocal(source, { cacheDir })
  expect(first.filesRead).toBe(2)
  const again = await listLocal(source, { cacheDir })
  expect(again).toEqual({ ...first, filesRead: 0 })

  await writeFile(join(source, 'a'), '3')
  await utimes(join(source, 'a'), 1_000_000, 1_000_000)
  const changed = await listLocal(source, { cacheDir })
  expect(changed.filesRead).toBe(1)
  expect(changed.files.map((file) => file.sha256)).not.toEqual(first.files.map((file) => file.sha256))
  expect((await listLocal(source, { cacheDir })).filesRead).toBe(1)

  const [name = ''] = await readdir(join(cacheDir, 'digests'))
  const path = join(cacheDir, 'digests', name)
  const text = await readFile(path, 'utf8')
  for (const damaged of ['', 'x', text.slice(0, -5), text.replace(/\d+,"[0-9a-f]{64}"/, '1,"x"')]) {
    await writeFile(path, damaged)
    expect((await listLocal(source, { cacheDir })).files).toEqual(changed.files)
  }
})

test('a cache that cannot be written does no harm', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1', cache: 'a file in its place' })
  expect(await syncFolder(optionsFor(scratch.path, objects))).toMatchObject({ uploaded: 1 })
})

test('progress ends with all bytes and all files', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'data/a': '1', 'data/b': '22' })
  const told: (readonly [number, number])[] = []
  await syncFolder({ ...optionsFor(scratch.path, memoryObjects()), onProgress: ({ bytes, files }) => told.push([bytes, files]) })
  expect(told.at(-1)).toEqual([3, 2])
})

test('a copy of the folder is synced without sending it again', async () => {
  await using scratch = await temporaryDirectory()
  const objects = memoryObjects()
  await put(scratch.path, { 'data/a': '1' })
  await syncFolder(optionsFor(scratch.path, objects))
  await cp(join(scratch.path, 'data'), join(scratch.path, 'moved'), { recursive: true })
  expect(await syncFolder({ ...optionsFor(scratch.path, objects), source: join(scratch.path, 'moved') })).toMatchObject({
    uploaded: 0,
    kept: 1,
  })
})

test('the working folder as an input leaves the store, the history and packages here, and honours .ssmignore', async () => {
  await using scratch = await temporaryDirectory()
  const source = join(scratch.path, 'work')
  for (const path of [
    'a.txt',
    'sub/b.txt',
    '.ssm/s3/x',
    '.git/HEAD',
    'node_modules/p/index.js',
    'big.bin',
    '.ssm-download.json',
  ]) {
    await mkdir(join(source, path, '..'), { recursive: true })
    await writeFile(join(source, path), path)
  }
  await writeFile(join(source, '.ssmignore'), '*.bin\n')
  await symlink('someone@host.1234', join(source, '.#a.txt'))
  const { listing } = await describeFolder(source, {})
  expect(listing.files.map(({ path }) => path)).toEqual(['a.txt', 'sub/b.txt'])
})
