import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines, withContext } from './line-diff.ts'

const texts = fc.array(fc.constantFrom('a', 'b', 'c', '', 'def'), { maxLength: 30 })

test('a difference holds both texts, each in its order, and no common line that could stand once', () => {
  fc.assert(
    fc.property(texts, texts, (before, now) => {
      const lines = diffLines(before, now)
      expect(lines.filter(([side]) => side !== '+').map(([, text]) => text)).toEqual(before)
      expect(lines.filter(([side]) => side !== '-').map(([, text]) => text)).toEqual(now)
      expect(lines.filter(([side]) => side === ' ')).toHaveLength(longestCommon(before, now))
    }),
  )
})

test('texts that differ in very many lines are told apart as a whole, and quickly', () => {
  const before = Array.from({ length: 5_000 }, (_, at) => `old ${at}`)
  const now = Array.from({ length: 5_000 }, (_, at) => `new ${at}`)
  const lines = diffLines(['same', ...before], ['same', ...now])
  expect(lines[0]).toEqual([' ', 'same'])
  expect(lines).toHaveLength(10_001)
})

test('lines far from a difference are passed over', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
  const lines = diffLines(before, before.toSpliced(4, 1, 'five'))
  expect(withContext(lines, 1)).toEqual([undefined, [' ', '4'], ['-', '5'], ['+', 'five'], [' ', '6'], undefined])
})

/** By the table that everybody knows. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, () => 0)
  for (const text of one) {
    const next = [0]
    for (const [at, each] of other.entries())
      next.push(text === each ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}
