import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { syncWhileFast } from './sync-io.ts'
import { readSmallFile } from './part.ts'
import { temporaryDirectory } from './temporary.ts'
import { writeWhole } from './write-whole.ts'

/** Makes the disk look slow. */
async function slowly(): Promise<void> {
  for (let round = 0; round < 10; round += 1)
    await syncWhileFast(
      () => {
        for (const endMs = performance.now() + 1; performance.now() < endMs;);
      },
      async () => undefined,
    )
}

test.each([
  ['fast', async () => undefined],
  ['slow', slowly],
])('small files are read and written whole on a %s disk', async (_, prepare) => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'deep/er/file')
  await prepare()
  expect(await writeWhole(path, Buffer.from('some text'))).toBe(9)
  expect(Buffer.from(await readSmallFile(path, 9)).toString()).toBe('some text')
  expect(await writeWhole(path, Buffer.alloc(0))).toBe(0)
  expect(await readSmallFile(path, 0)).toHaveLength(0)
  await expect(readSmallFile(path, 1)).rejects.toMatchObject({ code: 'INPUT_MISSING', facts: { foundBytes: 0 } })
  await expect(readSmallFile(join(scratch.path, 'none'), 1)).rejects.toMatchObject({ code: 'INPUT_MISSING' })
  await writeFile(join(scratch.path, 'file'), '')
  await expect(writeWhole(join(scratch.path, 'file/below'), Buffer.from('x'))).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
})
