import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { local } from '../local/index.ts'
import { openDigestCache } from '../sync/digest-cache.ts'
import { distrustOf } from './ownership.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65_534

function folderIn(...names: readonly string[]): string {
  const base = mkdtempSync(join(tmpdir(), 'ssm-owner-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const path = join(base, ...names)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}
const modeOf = (path: string): number => statSync(path).mode & 0o777

test.skipIf(process.getuid === undefined)(
  'a store that others may read or write becomes its owner’s alone, with what they could write in it',
  () => {
    const root = folderIn('.ssm')
    mkdirSync(join(root, 's3/bucket'), { recursive: true })
    for (const path of [root, join(root, 's3'), join(root, 's3/bucket')]) chmodSync(path, 0o777)
    local({ root })
    expect([root, join(root, 's3'), join(root, 's3/bucket')].map(modeOf)).toEqual([0o700, 0o700, 0o700])
    chmodSync(root, 0o755)
    local({ root })
    expect(modeOf(root)).toBe(0o700)
  },
)

test.skipIf(!isRoot)('a store of another user, or one with things of theirs in it, is refused with a next step', () => {
  const foreign = folderIn('.ssm')
  chownSync(foreign, nobody, nobody)
  expect(() => local({ root: foreign })).toThrow(
    expect.objectContaining({ code: 'STORAGE_DENIED', hint: expect.stringMatching(/chown.*SSM_LOCAL_DIR/) }),
  )
  for (const planted of ['s3', 'jobs/a-2030-01-01-00-00-00-aaaaaaaa', 's3/b/key']) {
    const root = folderIn('.ssm')
    const path = join(root, planted)
    mkdirSync(path, { recursive: true })
    for (let each = join(path, '..'); each.startsWith(root); each = join(each, '..')) chmodSync(each, 0o777)
    chownSync(path, nobody, nobody)
    expect(() => local({ root })).toThrow(/belongs to another user/)
  }
  const real = folderIn('mine')
  const link = join(folderIn('x'), '.ssm')
  symlinkSync(real, link)
  local({ root: link })
  rmSync(link)
  const theirs = folderIn('theirs')
  chownSync(theirs, nobody, nobody)
  symlinkSync(theirs, link)
  expect(() => local({ root: link })).toThrow(/belongs to another user/)
})

test.skipIf(!isRoot)('digests that somebody else wrote, or may write, are not believed', async () => {
  const cache = folderIn('cache')
  const facts = { sizeBytes: 1, modifiedAtMs: 1, changedAtMs: 1, inode: 1, mode: 0o644, kind: 'file' } as const
  const kept = await openDigestCache(cache, '/data')
  kept.keep('a', facts as never, 'f'.repeat(64), 10_000)
  await kept.save()
  const known = async (): Promise<string | undefined> => (await openDigestCache(cache, '/data')).find('a', facts as never)
  expect(await known()).toBe('f'.repeat(64))
  chmodSync(join(cache, 'digests'), 0o777)
  expect(await known()).toBeUndefined()
  chmodSync(join(cache, 'digests'), 0o755)
  chownSync(join(cache, 'digests'), nobody, nobody)
  expect(await known()).toBeUndefined()
})

test.skipIf(!isRoot)('a file is trusted when it is its user’s or the superuser’s, and nobody else may write it', () => {
  const path = join(folderIn('f'), 'file')
  writeFileSync(path, '', { mode: 0o600 })
  expect(distrustOf(path, statSync(path))).toBeUndefined()
  chmodSync(path, 0o602)
  expect(distrustOf(path, statSync(path))).toEqual({ because: 'writable' })
  chownSync(path, nobody, nobody)
  expect(distrustOf(path, statSync(path))).toEqual({ because: 'owner', uid: nobody })
})
