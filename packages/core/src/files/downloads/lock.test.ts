import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { thisOwner } from '../process/owner.ts'
import { cannotLink, withFolderLock } from './lock.ts'

let folder = ''
let lock = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ssm-lock-'))
  const [name = ''] = await withFolderLock(folder, folder, undefined, async () => Promise.resolve(names()))
  lock = join(folder, name)
})
afterEach(() => rmSync(folder, { recursive: true }))

const names = (): readonly string[] => readdirSync(folder)
/** An owner that has the number of this process and began at another time. */
const gone = `${thisOwner().replace(/\d+$/, '1')} 1`

test('a lock is there while the work is done, and gone after it, whatever becomes of it', async () => {
  expect(existsSync(lock)).toBe(false)
  await withFolderLock(folder, folder, undefined, async () => {
    expect(lstatSync(lock).isSymbolicLink()).toBe(true)
    return Promise.resolve()
  })
  await expect(withFolderLock(folder, folder, undefined, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(names()).toEqual([])
})

test.each<[string, () => void]>([
  ['a link', () => symlinkSync(gone, lock)],
  ['a file, where there are no links', () => writeFileSync(lock, gone)],
])('a lock whose owner ended is taken over: %s', async (_, leave) => {
  leave()
  expect(await withFolderLock(folder, folder, undefined, async () => Promise.resolve(names().length))).toBe(1)
  expect(names()).toEqual([])
})

test('a lock of another computer is waited for, and an abort ends the waiting', async () => {
  symlinkSync('000000-00000000-1-1-1 1', lock)
  const over = new AbortController()
  const waiting = withFolderLock(folder, folder, over.signal, async () => Promise.resolve())
  over.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(names()).toHaveLength(1)
})

test('whoever lost the lock to somebody else leaves it alone', async () => {
  await withFolderLock(folder, folder, undefined, async () => {
    rmSync(lock)
    symlinkSync('000000-00000000-1-1-1 1', lock)
    return Promise.resolve()
  })
  expect(names()).toHaveLength(1)
})

test('what is no lock at all is in the way, and stays', async () => {
  writeFileSync(lock, 'a text of somebody')
  await expect(withFolderLock(folder, folder, undefined, async () => Promise.resolve())).rejects.toMatchObject({
    code: expect.any(String) as string,
  })
  expect(names()).toHaveLength(1)
})

test('only what a file system says about links means that it has none', () => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'link' })
  for (const code of ['EPERM', 'ENOTSUP', 'EXDEV']) expect(cannotLink(failed(code))).toBe(true)
  for (const cause of [failed('EACCES'), new Error('no'), undefined]) expect(cannotLink(cause)).toBe(false)
})
