import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { extractArchive } from './untar.ts'

test('a small archive that unpacks without end is stopped', async () => {
  await using scratch = await temporaryDirectory()
  const archive = pack()
  archive.entry({ name: 'zeros' }, '')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array))
  const head = Buffer.concat(chunks).subarray(0, 512)
  const part = gzipSync(head)
  const zeros = gzipSync(Buffer.alloc(64 * 2 ** 20))
  async function* bomb(): AsyncGenerator<Uint8Array> {
    yield part
    for (;;) yield zeros
  }
  await expect(extractArchive(bomb(), join(scratch.path, 'out'))).rejects.toMatchObject({
    code: 'ARCHIVE_UNSAFE',
    facts: { reason: 'more than 500 times its packed size' },
  })
  expect(await readdir(scratch.path)).toEqual([])
})
