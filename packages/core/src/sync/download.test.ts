import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryObjects, type MemoryObjects } from '../../../../test/support/memory-objects.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { objectUri } from '../names/object-uri.ts'
import { downloadFolder } from './download.ts'

const source = objectUri('s3://bucket/exp/state')

async function storeOf(files: Readonly<Record<string, string>>): Promise<MemoryObjects> {
  const objects = memoryObjects()
  for (const [path, text] of Object.entries(files)) {
    await objects.write(objectUri(`${source}/${path}`), { kind: 'bytes', bytes: Buffer.from(text) })
  }
  return objects
}

test('every object arrives under its name, and nothing of a sibling', async () => {
  await using scratch = await temporaryDirectory()
  const objects = await storeOf({ 'algo-1/a b': 'content of a', 'algo-2/--help': '', 'empty/': '', '': '' })
  await objects.write(objectUri(`${source}2/x`), { kind: 'bytes', bytes: Buffer.from('sibling') })
  const told: number[] = []
  const target = join(scratch.path, 'out')
  const got = await downloadFolder({ source, target, objects, onProgress: ({ bytes }) => told.push(bytes) })
  expect(got).toEqual({ files: 2, bytes: 12 })
  expect((await readdir(target, { recursive: true })).toSorted()).toEqual(['algo-1', 'algo-1/a b', 'algo-2', 'algo-2/--help'])
  expect(await readFile(join(target, 'algo-1/a b'), 'utf8')).toBe('content of a')
  expect(told.at(-1)).toBe(12)
})

test('a folder with nothing in it makes nothing', async () => {
  await using scratch = await temporaryDirectory()
  expect(await downloadFolder({ source, target: join(scratch.path, 'out'), objects: memoryObjects() })).toEqual({
    files: 0,
    bytes: 0,
  })
  expect(await readdir(scratch.path)).toEqual([])
})

test.each([['../evil'], ['a//evil'], ['/etc/evil'], ['a/../../evil'], ['a', 'a/b']])(
  'keys such as %j are refused before anything is written',
  async (...names) => {
    await using scratch = await temporaryDirectory()
    const objects = await storeOf(Object.fromEntries(['good', ...names].map((name) => [name, 'x'])))
    await expect(downloadFolder({ source, target: join(scratch.path, 'out'), objects })).rejects.toMatchObject({
      code: 'ARCHIVE_UNSAFE',
    })
    expect(await readdir(scratch.path)).toEqual([])
  },
)

test('an object that ends early is corrupt, and no part of it is left', async () => {
  await using scratch = await temporaryDirectory()
  const objects = await storeOf({ a: 'whole content' })
  const read = objects.read.bind(objects)
  objects.read = async function* (uri) {
    for await (const chunk of read(uri)) {
      yield chunk
      return
    }
  }
  await expect(downloadFolder({ source, target: scratch.path, objects })).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' })
  expect(await readdir(scratch.path)).toEqual([])
})

test('an object that is written anew meanwhile arrives as it is then', async () => {
  await using scratch = await temporaryDirectory()
  const objects = await storeOf({ a: 'old' })
  const list = objects.list.bind(objects)
  objects.list = async function* (prefix) {
    yield* list(prefix)
    await objects.write(objectUri(`${source}/a`), { kind: 'bytes', bytes: Buffer.from('new and longer') })
  }
  await downloadFolder({ source, target: scratch.path, objects })
  expect(await readFile(join(scratch.path, 'a'), 'utf8')).toBe('new and longer')
})

test('an object that is removed meanwhile is left out, and the others arrive', async () => {
  await using scratch = await temporaryDirectory()
  const objects = await storeOf({ a: 'first', gone: 'was here', z: 'last' })
  const list = objects.list.bind(objects)
  objects.list = async function* (prefix) {
    yield* list(prefix)
    await objects.remove([objectUri(`${source}/gone`)])
  }
  expect(await downloadFolder({ source, target: scratch.path, objects })).toEqual({ files: 2, bytes: 9 })
  expect((await readdir(scratch.path)).toSorted()).toEqual(['a', 'z'])
})
