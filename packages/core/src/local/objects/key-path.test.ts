import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryName, pathOfFolder, pathOfKey, segmentOf } from './key-path.ts'

/** The segments that the names of a path stand for, as a listing reads them. */
function segmentsOf(path: string): readonly string[] {
  const segments: string[] = []
  let begun = ''
  for (const name of path.split('/')) {
    const entry = entryName(name)
    begun += entry.text
    if (entry.kind === 'part') continue
    segments.push(segmentOf(begun))
    begun = ''
  }
  return segments
}

test('a key is found again from the names of its path, however long, and no name is too long for a file system', () => {
  const segment = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '.', '..', '%', '%-', '%2E', '%25', 'a%+', 'a%=', 'a%'),
    fc.tuple(fc.constantFrom('a', 'é', '漢', '%'), fc.integer({ min: 60, max: 700 })).map(([text, count]) => text.repeat(count)),
  )
  const keys = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .filter((parts) => parts.every((each) => !/[/\0\p{Surrogate}]/u.test(each)))
  fc.assert(
    fc.property(keys, (parts) => {
      const key = parts.join('/')
      fc.pre(key !== '')
      const path = pathOfKey(key)
      expect(segmentsOf(path)).toEqual(parts)
      for (const name of path.split('/')) {
        expect(['', '.', '..']).not.toContain(name)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      }
      expect(pathOfFolder(`${key}/`)).toBe(path)
    }),
  )
})

test('what is no key is refused, and the bucket itself is a folder', () => {
  for (const key of ['', 'a\0b', '\ud800'])
    expect(() => pathOfKey(key)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }))
  expect(pathOfFolder('')).toBe('')
})

test.each([
  ['plain', { kind: 'whole', text: 'plain', beside: false }],
  ['plain%', { kind: 'whole', text: 'plain', beside: true }],
  ['long%=', { kind: 'end', text: 'long', beside: false }],
  ['long%=%', { kind: 'end', text: 'long', beside: true }],
  ['lo%+', { kind: 'part', text: 'lo' }],
] as const)('the name %s is read as what it stands for', (name, entry) => {
  expect(entryName(name)).toEqual(entry)
})
