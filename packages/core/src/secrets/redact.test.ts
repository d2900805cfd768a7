import fc from 'fast-check'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { redact, redactAll } from './redact.ts'
import { Secret } from './secret.ts'

test('a secret does not print itself, however it is asked', () => {
  const secret = new Secret('redact-first-text')
  const said = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    secret.toString(),
    JSON.stringify(Object.entries(secret)),
  ]
  expect(said.filter((text) => text.includes('redact-first'))).toEqual([])
  expect(said[1]).toBe('{"secret":"<secret>"}')
  expect(secret.reveal()).toBe('redact-first-text')
})

test('a text never holds a secret after it was masked, wherever the secret stood and whatever else is one', () => {
  // No letter of the mask, so that a mask cannot put a secret together again.
  const text = fc.string({ unit: fc.constantFrom('x', 'y', 'z', '0', ' '), minLength: 4, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, between) => {
      const made = secrets.map((value) => new Secret(`Q${value}`).reveal())
      const safe = redact(made.map((value, index) => `${between[index] ?? ''}${value}`).join(''))
      return made.every((value) => !safe.includes(value))
    }),
  )
})

test('a secret with colours within it is masked, as it is whole once the colours are taken away', () => {
  for (const value of ['split-secret', 'a.b(c)[d]|e-f/g']) {
    new Secret(value).reveal()
    fc.assert(
      fc.property(fc.array(fc.nat(value.length), { minLength: 1, maxLength: 5 }), (places) => {
        const text = Array.from(value, (letter, at) => `${places.includes(at) ? '\u001b[31m\u001b[0;1m' : ''}${letter}`).join('')
        expect(redact(`before ${text}\u001b[0m after`).replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe('before <secret> after')
      }),
    )
  }
  expect(redact('\u001b[31mplain\u001b[0m')).toBe('\u001b[31mplain\u001b[0m')
})

test('a secret that begins like another one leaves no tail', () => {
  for (const value of ['tail-one', 'tail-one-and-two']) new Secret(value).reveal()
  expect(redact('(tail-one-and-two) (tail-one)')).toBe('(<secret>) (<secret>)')
})

test('a secret of several lines is masked line by line too, as a log tells it', () => {
  new Secret('-----BEGIN SOMETHING-----\nMIIEvQIBADANBg\nab\n-----END SOMETHING-----\n').reveal()
  expect(redact('MIIEvQIBADANBg')).toBe('<secret>')
  expect(redact('ab')).toBe('ab')
})

test('plain data is masked all the way down, and left as it was itself', () => {
  new Secret('deep-secret-text').reveal()
  const data = { a: ['x deep-secret-text', { b: 'deep-secret-text' }], n: 1, none: null, d: new Date(0) }
  expect(redactAll(data)).toEqual({ a: ['x <secret>', { b: '<secret>' }], n: 1, none: null, d: new Date(0) })
  expect(data.a[0]).toBe('x deep-secret-text')
})

test('a word of three letters is no secret that could be masked', () => {
  new Secret('the').reveal()
  expect(redact('the cat')).toBe('the cat')
})
