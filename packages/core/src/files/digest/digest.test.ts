import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestFile, sha256 } from './digest.ts'
import { temporaryDirectory } from '../temporary.ts'

test.each([0, 1, 262_143, 262_144, 262_145, 1_000_000])('a file of %i bytes has the digest of its bytes', async (size) => {
  await using scratch = await temporaryDirectory()
  const bytes = Buffer.alloc(size, 'abcdefg')
  await writeFile(join(scratch.path, 'x'), bytes)
  const expected = createHash('sha256').update(bytes).digest('hex')
  expect(await digestFile(join(scratch.path, 'x'))).toEqual({ sha256: expected, sizeBytes: size })
  expect(sha256(bytes)).toBe(expected)
})

test('many files at once do not mix', async () => {
  await using scratch = await temporaryDirectory()
  const names = Array.from({ length: 50 }, (_, index) => `f${index}`)
  await Promise.all(names.map((name) => writeFile(join(scratch.path, name), name.repeat(9999))))
  const digests = await Promise.all(names.map(async (name) => (await digestFile(join(scratch.path, name))).sha256))
  expect(digests).toEqual(names.map((name) => sha256(name.repeat(9999))))
})

test('a missing file is a clear error', async () => {
  await expect(digestFile('/nowhere/at/all')).rejects.toMatchObject({ code: 'INPUT_MISSING', facts: { path: '/nowhere/at/all' } })
})
