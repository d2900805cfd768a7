import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestThreads } from './threads.ts'
import { digestFile } from './digest.ts'
import { temporaryDirectory } from '../temporary.ts'

const running = (): number => (process.report.getReport() as unknown as { readonly workers: readonly unknown[] }).workers.length

test('threads give the digests that this thread gives, also when there are fewer of them than files', async () => {
  await using scratch = await temporaryDirectory()
  const paths = Array.from({ length: 9 }, (_, index) => join(scratch.path, `f${index}`))
  await Promise.all(paths.map((path, index) => writeFile(path, Buffer.alloc(index * 700_001, `${index}`))))
  await using threads = digestThreads({ most: 2 })
  const digests = await Promise.all(paths.map((path) => threads.digestFile(path)))
  expect(digests).toEqual(await Promise.all(paths.map((path) => digestFile(path))))
})

test('a file that cannot be read is the same error as in this thread, and the thread goes on', async () => {
  await using scratch = await temporaryDirectory()
  await using threads = digestThreads({ most: 1 })
  const missing = join(scratch.path, 'none')
  const error = { code: 'INPUT_MISSING', facts: { path: missing, reason: 'ENOENT' } }
  await expect(digestFile(missing)).rejects.toMatchObject(error)
  await expect(threads.digestFile(missing)).rejects.toMatchObject(error)
  await expect(threads.digestFile(scratch.path)).rejects.toMatchObject({ code: 'STORAGE_DENIED', facts: { reason: 'EISDIR' } })
  await writeFile(missing, 'now')
  expect(await threads.digestFile(missing)).toMatchObject({ sizeBytes: 3 })
})

test('an abort does not wait for the file, and others get their turn', async () => {
  await using scratch = await temporaryDirectory()
  const large = join(scratch.path, 'large')
  await writeFile(large, '')
  await truncate(large, 4 * 1024 ** 3)
  await writeFile(join(scratch.path, 'small'), 'x')
  await using threads = digestThreads({ most: 1 })
  const stop = new AbortController()
  const aborted = threads.digestFile(large, { signal: stop.signal })
  const next = threads.digestFile(join(scratch.path, 'small'))
  const reason = new Error('enough')
  stop.abort(reason)
  await expect(aborted).rejects.toBe(reason)
  expect(await next).toMatchObject({ sizeBytes: 1 })
  await expect(threads.digestFile(large, { signal: stop.signal })).rejects.toBe(reason)
})

test('where no thread can work, this one does', async () => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'x')
  await writeFile(path, 'x')
  const program = join(scratch.path, 'broken.cjs')
  await using missing = digestThreads({ most: 1, program })
  expect(await missing.digestFile(path)).toEqual(await digestFile(path))
  await writeFile(program, "throw new Error('broken')")
  await using broken = digestThreads({ most: 1, program })
  const both = await Promise.all([broken.digestFile(path), broken.digestFile(path)])
  expect(both[1]).toEqual(await digestFile(path))
})

test('no thread is left behind', async () => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'x')
  await writeFile(path, 'x')
  const before = running()
  {
    await using threads = digestThreads({ most: 2 })
    await Promise.all([threads.digestFile(path), threads.digestFile(path)])
    expect(running()).toBeGreaterThan(before)
  }
  expect(running()).toBe(before)
})
