import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { download, everything, write } from '../../../../../test/support/file-trees.ts'
import { temporaryDirectory } from '../temporary.ts'
import { markName } from './mark.ts'

test('a download replaces the one before, and leaves nothing else behind', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'out/model')
  await download(target, { a: '1', 'sub/b': '2', 'empty/': '' })
  await download(target, { a: 'new', c: '3' })
  expect(everything(scratch.path)).toEqual({ out: 'folder', 'out/model': 'folder', 'out/model/a': 'new', 'out/model/c': '3' })
})

test('a folder of somebody else keeps what is in it, and gets the files beside', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  write(target, { 'net.py': 'mine', 'sub/own': 'mine' })
  await download(target, { weights: '1', 'sub/w': '1', 'old/x': '1' })
  await download(target, { weights: '2', more: '2' })
  expect(everything(target)).toEqual({ 'net.py': 'mine', sub: 'folder', 'sub/own': 'mine', weights: '2', more: '2' })
})

test('a file of somebody else that is in the way is an error with its name, and nothing is changed', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  await download(target, { a: '1', b: '1' })
  writeFileSync(join(target, 'a'), 'edited')
  const before = everything(scratch.path)
  await expect(download(target, { a: '2', b: '2' })).rejects.toMatchObject({
    code: 'STORAGE_DENIED',
    message: expect.stringContaining(join(target, 'a')) as string,
    hint: expect.stringContaining('another folder') as string,
  })
  expect(everything(scratch.path)).toEqual(before)
  await download(target, { a: 'edited', b: '2' })
  expect(everything(target)).toEqual({ a: 'edited', b: '2' })
})

test('a link in the place of the folder, or of a folder in it, is not followed', async () => {
  await using scratch = await temporaryDirectory()
  write(join(scratch.path, 'elsewhere'), { keep: 'mine' })
  const target = join(scratch.path, 'model')
  symlinkSync('elsewhere', target)
  await expect(download(target, { a: '1' })).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  rmSync(target)
  mkdirSync(target)
  symlinkSync('../elsewhere', join(target, 'sub'))
  await expect(download(target, { 'sub/a': '1' })).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(everything(join(scratch.path, 'elsewhere'))).toEqual({ keep: 'mine' })
})

test.each([
  ['text', '{"v":1,"stamps":'],
  ['another document', '{"v":2}'],
])('a file that has the name of the mark and is %s is never overwritten', async (_, text) => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  write(target, { [markName]: text })
  await expect(download(target, { a: '1' })).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(readFileSync(join(target, markName), 'utf8')).toBe(text)
})

test('what was edited with its time set back is kept', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  await download(target, { a: '1' })
  const { atime, mtime, mtimeMs } = lstatSync(join(target, 'a'))
  writeFileSync(join(target, 'a'), '2')
  utimesSync(join(target, 'a'), atime, mtimeMs / 1_000)
  void mtime
  await expect(download(target, { a: '3' })).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(everything(target)).toEqual({ a: '2' })
})

test('a folder of a download that somebody renamed is kept with what is in it', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  await download(target, { 'sub/w': 'best so far', 'sub/deep/v': 'too' })
  renameSync(join(target, 'sub'), join(target, 'best'))
  await download(target, { 'sub/w': 'newer' })
  await download(target, { 'sub/w': 'newest', x: 'more' })
  expect(everything(target)).toMatchObject({ 'best/w': 'best so far', 'best/deep/v': 'too', 'sub/w': 'newest', x: 'more' })
})

test('a mark that seals the future was made by somebody else, and is refused', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'model')
  await download(target, { w: 'mine' })
  const mark = join(target, markName)
  writeFileSync(mark, readFileSync(mark, 'utf8').replace(/"sealedAtMs": [\d.]+/, '"sealedAtMs": 4e12'))
  await expect(download(target, { w: 'other' })).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(readFileSync(join(target, 'w'), 'utf8')).toBe('mine')
})

test('two downloads into one folder at once: one of them is there, whole', { timeout: 60_000 }, async () => {
  for (const mine of [{}, { mine: 'kept' }]) {
    await using scratch = await temporaryDirectory()
    const target = join(scratch.path, 'model')
    if ('mine' in mine) write(target, mine)
    await download(target, { first: '0' })
    const trees = Array.from({ length: 8 }, (_, index) =>
      Object.fromEntries(Array.from({ length: 20 }, (__, file) => [`${file % 3}/${file}-${index % 2}`, String(index)])),
    )
    await Promise.all(trees.map((tree) => download(target, tree)))
    const there = Object.fromEntries(Object.entries(everything(target)).filter(([, text]) => text !== 'folder'))
    expect(trees.map((tree) => ({ ...tree, ...mine }))).toContainEqual(there)
    expect(readdirSync(scratch.path)).toEqual(['model'])
  }
})

test('what another task left is not replaced, and a newer download of the same task is', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'out', 'model')
  await download(target, { 'a.bin': '1' }, 'ex/train')
  await expect(download(target, { 'a.bin': '2' }, 'ex/eval')).rejects.toMatchObject({
    code: 'STORAGE_DENIED',
    message: `${target} holds what the task ex/train left`,
    hint: expect.stringContaining('a folder of its own') as string,
  })
  expect(readFileSync(join(target, 'a.bin'), 'utf8')).toBe('1')
  writeFileSync(join(target, 'mine.txt'), 'mine')
  await download(target, { 'a.bin': '3' }, 'ex/train')
  await expect(download(target, { 'a.bin': '4' }, 'ex/eval')).rejects.toMatchObject({ facts: { of: 'ex/train' } })
  expect([readFileSync(join(target, 'a.bin'), 'utf8'), readFileSync(join(target, 'mine.txt'), 'utf8')]).toEqual(['3', 'mine'])
})
