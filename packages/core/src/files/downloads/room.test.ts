import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { download, everything, write } from '../../../../../test/support/file-trees.ts'
import { temporaryDirectory } from '../temporary.ts'
import { arrivalOf } from './place.ts'
import { assertRoom } from './room.ts'

const asked = { of: 'ex/train', files: ['logs0', 'logs1'] }

test('a folder that a download can be put into is not refused, and nothing is written', async () => {
  await using scratch = await temporaryDirectory()
  const [free, own, mixed] = ['free/logs', 'own/logs', 'mixed/logs'].map((name) => join(scratch.path, name)) as [
    string,
    string,
    string,
  ]
  await download(own, { logs0: '1' })
  write(mixed, { 'mine.txt': 'mine' })
  const before = everything(scratch.path)
  for (const folder of [free, own, mixed]) expect(() => assertRoom(folder, asked)).not.toThrow()
  expect(everything(scratch.path)).toEqual(before)
})

test('what a download would find in its way is refused before there is anything to download', async () => {
  await using scratch = await temporaryDirectory()
  const place = (name: string): string => join(scratch.path, name)
  writeFileSync(place('file'), '')
  symlinkSync('elsewhere', place('link'))
  write(place('foreign'), { logs1: 'mine' })
  mkdirSync(place('folder/logs0'), { recursive: true })
  write(place('below'), { file: '' })
  for (const [folder, named] of [
    ['file', 'it is no folder'],
    ['link', 'it is a symbolic link'],
    ['foreign', join(place('foreign'), 'logs1')],
    ['folder', join(place('folder'), 'logs0')],
    ['below/file/logs', `${join(place('below'), 'file')} is in the way: it is no folder`],
  ] as const)
    expect(() => assertRoom(place(folder), asked)).toThrow(
      expect.objectContaining({ code: 'STORAGE_DENIED', message: expect.stringContaining(named) as string }) as Error,
    )
})

test('what another task left is refused by the name of that task, and what this one left is not', async () => {
  await using scratch = await temporaryDirectory()
  const folder = join(scratch.path, 'logs')
  {
    await using arrival = await arrivalOf(folder, 'ex/other')
    write(arrival.path, { logs0: '1' })
    await arrival.commit()
  }
  expect(() => assertRoom(folder, asked)).toThrow(/holds what the task ex\/other left/)
  expect(() => assertRoom(folder, { ...asked, of: 'ex/other' })).not.toThrow()
})

test('a changed file of an earlier download is refused when it is certain that new ones come', async () => {
  await using scratch = await temporaryDirectory()
  await download(scratch.path, { logs0: '1' })
  writeFileSync(join(scratch.path, 'logs0'), 'edited')
  expect(() => assertRoom(scratch.path, asked)).not.toThrow()
  expect(() => assertRoom(scratch.path, { ...asked, areNew: true })).toThrow(/logs0 is in the way/)
})
