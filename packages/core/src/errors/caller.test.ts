import { expect, test } from 'vitest'
import { callerOf } from './caller.ts'

function method(): (error: unknown) => unknown {
  return callerOf(method)
}

function aUserOfIt(): (error: unknown) => unknown {
  return method()
}

test('an error from the background leads back to whoever called the method, once', () => {
  const traced = aUserOfIt()
  const error = new Error('broken')
  expect(error.stack).not.toContain('aUserOfIt')
  expect(traced(traced(error))).toBe(error)
  expect(error.stack?.match(/aUserOfIt/g)).toHaveLength(1)
  expect(error.stack).toMatch(/^Error: broken\n/)
  expect(error.stack?.slice(error.stack.indexOf('aUserOfIt'))).toContain('caller.test.ts')
})

test('what is no error, and an error that cannot be changed, come back as they are', () => {
  const frozen = Object.freeze(new Error('frozen'))
  expect(aUserOfIt()(frozen)).toBe(frozen)
  expect(aUserOfIt()('text')).toBe('text')
})
