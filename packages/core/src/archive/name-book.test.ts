import { expect, test } from 'vitest'
import { nameBook } from './name-book.ts'

test('a name book takes a name twice, and no other spelling of it', () => {
  const book = nameBook()
  book.file('a/b')
  book.file('a/b')
  book.folder('a')
  expect(() => book.file('A/c')).toThrow('"A" is refused: it collides with "a"')
  expect(() => book.folder('a/b')).toThrow('it is both a file and a folder')
})

test.each([
  ['Readme', 'README'],
  ['caf\u00e9', 'cafe\u0301'],
  ['stra\u00dfe', 'STRASSE'],
])('where names are folded, %j and %j collide', (one, other) => {
  const book = nameBook()
  book.file(one)
  expect(() => book.file(other)).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE' }))
})
