import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './temporary.ts'
import { writeWhole } from './write-whole.ts'

test('a file is written with its folders, and replaced', async () => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'new/folder', 'n'.repeat(255))
  expect(await writeWhole(path, 'old')).toBe(3)
  expect(await writeWhole(path, Buffer.from('newer'), { durable: true })).toBe(5)
  expect(await readFile(path, 'utf8')).toBe('newer')
})

test('a stream that breaks leaves the old file and no draft', async () => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'file')
  await writeWhole(path, 'old')
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('broken')
  }
  await expect(writeWhole(path, broken())).rejects.toThrow('broken')
  expect(await readdir(scratch.path)).toEqual(['file'])
  expect(await readFile(path, 'utf8')).toBe('old')
})

test('an abort rejects with its reason and writes nothing', async () => {
  await using scratch = await temporaryDirectory()
  const reason = new Error('enough')
  await expect(writeWhole(join(scratch.path, 'file'), 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(await readdir(scratch.path)).toEqual([])
})

test('a folder in the way is a clear error', async () => {
  await using scratch = await temporaryDirectory()
  await mkdir(join(scratch.path, 'taken'))
  await expect(writeWhole(join(scratch.path, 'taken'), 'x')).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(await readdir(scratch.path)).toEqual(['taken'])
})

test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a folder that cannot be written is a clear error',
  async () => {
    await using scratch = await temporaryDirectory()
    const closed = join(scratch.path, 'closed')
    await mkdir(closed)
    await chmod(closed, 0o500)
    await expect(writeWhole(join(closed, 'x'), 'x')).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  },
)

test.skipIf(!existsSync('/dev/full'))('a full disk is a clear error', async () => {
  // No file system of our own to fill up here: the device that is always full says the same.
  const { open } = await import('node:fs/promises')
  const { orStorageError } = await import('./fs-errors.ts')
  const full = await open('/dev/full', 'w')
  try {
    await expect(orStorageError({ act: 'write', path: '/dev/full' }, () => full.writeFile('x'))).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    })
  } finally {
    await full.close()
  }
})
