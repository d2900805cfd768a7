import { isAbsolute, relative, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeJoin, unsafeReason } from './safe-path.ts'

test.each(['../x', 'a//b', '/x', 'a/../b', './x', 'x/', '', '.', '..', 'a\0b'])('the key %j is refused', (name) => {
  expect(() => safeJoin('/target', name)).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE' }))
})

test
  .skipIf(process.platform === 'win32')
  .each(['x', '--help', 'a b/c', '...', '..a/b..', '日本', 'ab:c', 'C:\\x', 'c:x', 'a\\b', '~', '$HOME', 'k'.repeat(1024)])(
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

test.each(['C:\\x', 'c:x', 'a\\b', 'con', 'NUL.txt', 'a/com1', 'x.', 'x ', 'file:stream', 'a?b', 'line\nbreak'])(
  'Windows also refuses %j',
  (name) => {
    expect(unsafeReason(name, 'win32')).toBeDefined()
    expect(unsafeReason(name, 'linux')).toBeUndefined()
  },
)
