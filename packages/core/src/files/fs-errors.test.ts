import { expect, test } from 'vitest'
import { SsmError } from '../errors/ssm-error.ts'
import { storageError, whenFilesAreFree } from './fs-errors.ts'

const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code, syscall: 'open' })

test.each([
  ['ENOENT', 'INPUT_MISSING'],
  ['ENOTDIR', 'INPUT_MISSING'],
  ['ENOSPC', 'STORAGE_FULL'],
  ['EDQUOT', 'STORAGE_FULL'],
  ['EACCES', 'STORAGE_DENIED'],
  ['EROFS', 'STORAGE_DENIED'],
  ['EIO', 'STORAGE_DENIED'],
])('%s becomes %s with path, cause and a next step', (reason, code) => {
  const cause = failure(reason)
  const error = storageError({ act: 'read', path: '/a/b' }, cause)
  expect(error).toMatchObject({ code, cause, facts: { path: '/a/b', reason } })
  expect(error instanceof SsmError && error.hint).toMatch(/\w/)
})

test('what is missing carries the code that its caller names', () => {
  expect(storageError({ act: 'read', path: 'x', missing: 'CODE_MISSING' }, failure('ENOENT'))).toMatchObject({
    code: 'CODE_MISSING',
  })
})

test('an abort and our own errors pass as they are', () => {
  const own = new SsmError('OBJECT_MISSING', 'gone')
  const abort = new DOMException('stop', 'AbortError')
  expect(storageError({ act: 'read', path: 'x' }, own)).toBe(own)
  expect(storageError({ act: 'read', path: 'x' }, abort)).toBe(abort)
})

test('too many open files are waited for', async () => {
  let tries = 0
  const opened = whenFilesAreFree(async () => {
    tries += 1
    if (tries < 3) throw Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'open' })
    return Promise.resolve('opened')
  })
  expect(await opened).toBe('opened')
  const missing = Object.assign(new Error('missing'), { code: 'ENOENT', syscall: 'open' })
  await expect(whenFilesAreFree(() => Promise.reject(missing))).rejects.toBe(missing)
})
