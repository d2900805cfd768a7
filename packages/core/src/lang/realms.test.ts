import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { SsmError } from '../errors/ssm-error.ts'
import { fsCodeOf } from '../files/fs-errors.ts'
import { isBytes, isCallable, isError, isRegExp } from './realms.ts'

test('errors, expressions and bytes of another realm are known, and nothing else is', () => {
  const [error, expression, bytes] = runInNewContext('[new TypeError("x"), /x/, new Uint8Array(1)]') as unknown[]
  expect([isError(error), isError(new SsmError('USAGE', 'x')), isError(AbortSignal.abort().reason)]).toEqual([true, true, true])
  expect([isRegExp(expression), isRegExp(/x/), isBytes(bytes), isBytes(Buffer.alloc(1))]).toEqual([true, true, true, true])
  for (const other of [undefined, null, {}, { message: 'x' }, 'x', [], new ArrayBuffer(1)])
    expect([isError(other), isRegExp(other), isBytes(other)]).toEqual([false, false, false])
})

test('an error of the file system that another realm sees keeps its code', () => {
  const cause: unknown = runInNewContext('Object.assign(new Error("no"), { code: "ENOENT", syscall: "open" })')
  expect(fsCodeOf(cause)).toBe('ENOENT')
})

test('a function of whichever kind and realm can be called, and a class cannot', () => {
  const [arrow, named] = runInNewContext('[() => 1, class Named {}]') as unknown[]
  const callable = [arrow, function classes() {}, async () => {}, { class() {} }.class, Math.max, (() => 1).bind(null)]
  expect(callable.map(isCallable)).toEqual(callable.map(() => true))
  expect([named, class {}, class Other extends Error {}, 5, null, {}].some(isCallable)).toBe(false)
})
