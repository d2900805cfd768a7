import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { growFile } from './grow.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-grow-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('a file that grows step by step, or begins anew shorter, is at each step what it was copied from', async () => {
  let files = 0
  const steps = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 16 }), fc.uint8Array({ maxLength: 10 }), async (parts, size, anew) => {
      const path = join(base, `${(files += 1)}`, 'events')
      let content = Buffer.alloc(0)
      let inode: number | undefined
      for (const part of parts) {
        content = Buffer.concat([content, part])
        await growFile(path, content.length, chunks(content, size))
        expect(readFileSync(path)).toEqual(content)
        // Whoever has it open sees what is added.
        expect(statSync(path).ino).toBe((inode ??= statSync(path).ino))
      }
      const shorter = Buffer.from(anew).subarray(0, Math.max(0, content.length - 1))
      if (shorter.length === content.length) return
      await growFile(path, shorter.length, chunks(shorter, size))
      expect(readFileSync(path)).toEqual(shorter)
    }),
    { numRuns: 50 },
  )
})
