import { isAbsolute, relative, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeJoin, unsafeName, unsafeReason } from './safe-path.ts'

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

test.each([
  ['', 'it is empty'],
  ['a\0b', 'it contains a NUL'],
  ['/x', 'it is absolute'],
  ['a//b', 'it has an empty part'],
  ['x/', 'it has an empty part'],
  ['./x', 'it contains "."'],
  ['a/../b', 'it contains ".."'],
])('%j is refused because %s', (name, reason) => {
  expect(unsafeReason(name, 'linux')).toBe(reason)
  expect(unsafeReason(name, 'win32')).toBe(reason)
})

test.each([
  ['C:\\x', 'it contains a backslash'],
  ['a\\b', 'it contains a backslash'],
  ['c:x', 'it names a drive'],
  ['Z:', 'it names a drive'],
  ...[
    'con',
    'PRN',
    'aux',
    'NUL.txt',
    'com1',
    'com9.x',
    'lpt3',
    'LPT1.txt',
    'x.',
    'x ',
    '1:x',
    'file:stream',
    'a?b',
    'line\nbreak',
    '\u001f',
  ].map((name) => [name, `Windows treats "${name}" specially`] as const),
  ['a/com1', 'Windows treats "com1" specially'],
] as const)('on Windows %j is refused, too: %s', (name, reason) => {
  expect(unsafeReason(name, 'win32')).toBe(reason)
  expect(unsafeReason(name, 'linux')).toBeUndefined()
})

test.each([
  'console',
  'xcon',
  'com',
  'comx',
  'lpt',
  'com10',
  'a con',
  '.x',
  'a.b',
  'a b',
  'a/b',
  'nullable.txt',
  'x.con',
  '日本',
])('Windows takes %j', (name) => {
  expect(unsafeReason(name, 'win32')).toBeUndefined()
})

test('a refused name says which it is, why, and what to do', () => {
  expect(() => safeJoin('/target', '../x')).toThrow('"../x" is refused: it contains ".."')
  const { facts, hint } = unsafeName('a\nb', 'it has a line break')
  expect(facts).toEqual({ name: 'a\nb', reason: 'it has a line break' })
  expect(hint).toBe(
    'Nothing was written. Have the job write it under another name, or fetch the archive as it is: download({ unpack: false }).',
  )
})
