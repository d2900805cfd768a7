import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskedBytes } from './masked-bytes.ts'

function masked(secrets: readonly string[], pieces: readonly string[]): string {
  const stream = maskedBytes(secrets)
  return Buffer.concat([...pieces.map((piece) => stream.push(Buffer.from(piece))), stream.end()]).toString()
}

test('a secret is masked wherever the pieces of a stream are cut, and no other byte is changed', () => {
  const text = 'before token-1234 between token-1234token-1234 after tok'
  for (let at = 0; at <= text.length; at += 1)
    for (let next = at; next <= text.length; next += 1)
      expect(masked(['token-1234'], [text.slice(0, at), text.slice(at, next), text.slice(next)])).toBe(
        'before <secret> between <secret><secret> after tok',
      )
})

test('what stays never holds a secret or an end of one, however secrets overlap and pieces are cut', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(letters, { minLength: 1, maxLength: 3 }),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '-') })),
      (secrets, pieces) => {
        const whole = pieces.join('')
        const hidden = new Set<number>()
        for (const secret of secrets)
          for (let at = whole.indexOf(secret); at >= 0; at = whole.indexOf(secret, at + 1))
            for (let each = at; each < at + secret.length; each += 1) hidden.add(each)
        const visible = Array.from(whole)
          .filter((_, index) => !hidden.has(index))
          .join('')
        expect(masked(secrets, pieces).replaceAll('<secret>', '')).toBe(visible)
        expect(masked(secrets, pieces)).toBe(masked(secrets, [whole]))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a stream that almost tells a secret again and again costs bounded time and memory', () => {
  const secret = `${'a'.repeat(60_000)}b`
  const stream = maskedBytes([secret, 'abababab'])
  const before = process.cpuUsage()
  let given = 0
  for (let count = 0; count < 200; count += 1) given += stream.push(Buffer.alloc(65_536, 'a')).length
  for (let count = 0; count < 50; count += 1) given += stream.push(Buffer.from('ab'.repeat(30_000))).length
  // Processor time: a busy machine changes the clock, not the work.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000)
  expect(given).toBeGreaterThan(200 * 65_536 - 60_001)
})

test('without secrets the bytes pass as they are', () => {
  const bytes = Buffer.from('x')
  expect(maskedBytes([]).push(bytes)).toBe(bytes)
})
