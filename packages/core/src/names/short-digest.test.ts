import { expect, test } from 'vitest'
import { shortDigest, shortDigestText } from './short-digest.ts'

test('a short digest is FNV-1a, as its authors list it', () => {
  expect(shortDigestText('')).toBe('811c9dc5')
  expect(shortDigestText('a')).toBe('e40c292c')
  expect(shortDigestText('foobar')).toBe('bf9cf968')
  expect(shortDigest('foobar')).toBe(0xbf9cf968)
})
