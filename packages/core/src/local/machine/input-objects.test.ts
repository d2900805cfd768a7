import { expect, test } from 'vitest'
import { nameBelow } from './input-objects.ts'

test('an object lies in its channel under what follows the prefix', () => {
  expect(nameBelow('p/in/', 'p/in/a/b')).toBe('a/b')
  expect(nameBelow('p/in', 'p/in/a/b')).toBe('a/b')
  expect(nameBelow('p/in/a', 'p/in/a')).toBe('a')
  expect(nameBelow('p/da', 'p/data/x')).toBe('data/x')
  expect(nameBelow('', 'a/b')).toBe('a/b')
  expect(nameBelow('p/in/', 'p/in/')).toBe('')
})
