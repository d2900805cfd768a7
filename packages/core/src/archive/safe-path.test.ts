import { isAbsolute, relative, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameBook, safeJoin, unsafeReason } from './safe-path.ts'

test.each(['../x', 'a//b', 'C:\\x', 'c:x', '/x', 'a/../b', './x', 'x/', '', '.', '..', 'a\\b', 'a\0b', '\u202Etxt.exe'])(
  'the key %j is refused',
  (name) => {
    expect(() => safeJoin('/target', name)).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE' }))
  },
)

test.each(['x', '--help', 'a b/c', '...', '..a/b..', '日本', 'ab:c', '~', '$HOME', 'k'.repeat(1024)])(
  'the key %j is taken',
  (name) => {
    expect(safeJoin('/target', name)).toBe(`/target/${name}`)
  },
)

test('no text at all leads out of the target', () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', 'a', 'C:', '\0', 'target', ' ')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (name) => {
        if (unsafeReason(name) !== undefined) return
        const inside = relative('/some/target', safeJoin('/some/target', name))
        expect(inside !== '' && !isAbsolute(inside) && !inside.split('/').includes('..')).toBe(true)
        expect(resolve('/some/target', inside)).toBe(safeJoin('/some/target', name))
      },
    ),
    { numRuns: 500 },
  )
})

test.each(['con', 'NUL.txt', 'a/com1', 'x.', 'x ', 'file:stream', 'a?b', 'line\nbreak'])('Windows also refuses %j', (name) => {
  expect(unsafeReason(name, 'win32')).toBeDefined()
  expect(unsafeReason(name, 'linux')).toBeUndefined()
})

test('a name book takes a name twice, and no other spelling of it', () => {
  const book = nameBook()
  book.file('a/b')
  book.file('a/b')
  book.folder('a')
  expect(() => book.file('A/c')).toThrow('"A" is refused: it collides with "a"')
  expect(() => book.folder('a/b')).toThrow('it is both a file and a folder')
})
