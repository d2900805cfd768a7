import { expect, test } from 'vitest'
import { freeze } from './freeze.ts'

test('what holds itself is frozen and given back', () => {
  const circle: { list: unknown[]; self?: unknown } = { list: [] }
  circle.self = circle
  circle.list.push(circle)
  expect(Object.isFrozen(freeze(circle).list)).toBe(true)
  expect(Object.isFrozen(circle)).toBe(true)
})

test('however deep data lies, it is frozen', () => {
  let deep: { in?: unknown } = {}
  const innermost = deep
  for (let level = 0; level < 100_000; level++) deep = { in: deep }
  freeze(deep)
  expect(Object.isFrozen(innermost)).toBe(true)
})

test('no getter is called', () => {
  const frozen = freeze({
    get value(): never {
      throw new Error('called')
    },
  })
  expect(Object.isFrozen(frozen)).toBe(true)
})
