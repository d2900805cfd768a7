import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBytes, readText, readTextNow } from './read.ts'
import { temporaryDirectory } from './temporary.ts'

const now = (path: string, mostBytes?: number): Promise<string | undefined> =>
  Promise.resolve().then(() => readTextNow(path, mostBytes))

test.each([
  ['later', readText],
  ['at once', now],
  ['as bytes', async (path: string) => Buffer.from(await readBytes(path)).toString()],
])('a file is read whole, %s, and what is no regular file is refused and never waited for', async (_, read) => {
  await using scratch = await temporaryDirectory()
  const at = (name: string): string => join(scratch.path, name)
  for (const text of ['', 'größe', 'x'.repeat(100_000)]) {
    writeFileSync(at('file'), text)
    expect(await read(at('file'))).toBe(text)
  }
  mkdirSync(at('folder'))
  await expect(read(at('folder'))).rejects.toMatchObject({ code: 'STORAGE_DENIED', message: expect.stringContaining('a folder') })
  if (!existsSync('/dev/zero')) return
  symlinkSync('/dev/zero', at('zeros'))
  execFileSync('mkfifo', [at('pipe')])
  for (const name of ['zeros', 'pipe'])
    await expect(read(at(name))).rejects.toMatchObject({ code: 'STORAGE_DENIED', message: expect.stringContaining('not a file') })
})

test.each([
  ['later', readText],
  ['at once', now],
])('a file with more bytes than are allowed is refused before they are read, %s', async (_, read) => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'file')
  writeFileSync(path, '12345')
  expect(await read(path, 5)).toBe('12345')
  await expect(read(path, 4)).rejects.toMatchObject({ code: 'STORAGE_DENIED', facts: { path, mostBytes: 4 } })
  truncateSync(path, 2 ** 40)
  await expect(read(path)).rejects.toMatchObject({ code: 'STORAGE_DENIED', facts: { path } })
})

test('a file of the kernel, which tells no size, is read to its end', async () => {
  if (!existsSync('/proc/self/mounts')) return
  expect(readTextNow('/proc/self/mounts')).toContain('\n')
  expect(await readText('/proc/self/mounts')).toContain('\n')
})
