import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { objectText } from '../../testing/visit.ts'
import { runTypeScript } from '../../../../../test/support/run-typescript.ts'
import { objectUri } from '../../names/object-uri.ts'
import { local } from '../index.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-lock-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('four processes replace each other’s versions and none is lost', { timeout: 60_000 }, async () => {
  const root = join(base, 'four')
  const writers = Array.from({ length: 4 }, () => runTypeScript('counting-writer.ts', [root, '100']))
  const ends = await Promise.all(writers.map((writer) => new Promise((resolve) => writer.once('exit', resolve))))
  expect(ends).toEqual([0, 0, 0, 0])
  expect(await objectText(local({ root }), objectUri('s3://ssm-local/race/count'))).toBe('400')
  expect(readdirSync(join(root, 'locks'))).toEqual([])
})

test('writers that are killed at any moment neither block the others nor lose a version', { timeout: 60_000 }, async () => {
  const root = join(base, 'killed')
  let told = 0
  let begun = 0
  for (let round = 0; round < 4; round += 1) {
    const victims = Array.from({ length: 3 }, () => runTypeScript('counting-writer.ts', [root, '100000']))
    begun += victims.length
    await Promise.all(
      victims.map(async (victim, index) => {
        const gone = once(victim, 'close')
        for await (const text of victim.stdout) {
          told += String(text).split('+').length - 1
          if (!victim.killed) setTimeout(() => victim.kill('SIGKILL'), 30 + 40 * index)
        }
        await gone
      }),
    )
  }
  const last = runTypeScript('counting-writer.ts', [root, '1'])
  expect(await new Promise((resolve) => last.once('exit', resolve))).toBe(0)
  const count = Number(await objectText(local({ root }), objectUri('s3://ssm-local/race/count')))
  // A victim may have been killed between its write and its word.
  expect(count).toBeGreaterThanOrEqual(told + 1)
  expect(count).toBeLessThanOrEqual(told + 1 + begun)
  await local({ root }).objects.write(objectUri('s3://ssm-local/other'), { kind: 'bytes', bytes: Buffer.from('') })
  expect(readdirSync(join(root, 'tmp'))).toEqual([])
})
