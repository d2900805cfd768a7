import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { defaultLimits } from './limits.ts'
import { readArchived } from './read-one.ts'

async function* archive(files: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const tar = pack()
  for (let file = 0; file < files; file += 1) tar.entry({ name: `f${file}` }, Buffer.alloc(sizeBytes, 'ab'))
  tar.entry({ name: 'wanted' }, 'text')
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(Buffer.from(chunk as Uint8Array))
  yield gzipSync(Buffer.concat(chunks))
}

test('one file of an archive is read, and what stands before it is looked through only up to the limits of unpacking', async () => {
  const read = (limits: Partial<typeof defaultLimits>) =>
    readArchived(archive(9, 100_000), 'wanted', 10, { ...defaultLimits, ...limits })
  expect(Buffer.from((await read({})) ?? []).toString()).toBe('text')
  for (const limits of [{ maxEntries: 5 }, { maxBytes: 500_000 }])
    await expect(read(limits)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE' })
})

test('what is no archive is told so', async () => {
  async function* nothing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('no gzip')
  }
  await expect(readArchived(nothing(), 'wanted', 10)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' })
})
