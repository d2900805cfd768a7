import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hyperparameterOnWire, hyperparameterText, programArguments } from './arguments.ts'

test('a hyperparameter in the request has no line ends, and is as it was given when it had none', () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\r', '\u0085', '\u2028', '\u2029', '\t') }),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(value, (given) => {
      const wire = hyperparameterOnWire(given)
      expect(wire).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
      const plain = hyperparameterText(given)
      expect(wire === plain ? given : JSON.parse(wire)).toEqual(given)
    }),
  )
})

test('names that are whole numbers come before the others, as the guide says', () => {
  const program = { kind: 'command', argv: [], dependencies: [] } as const
  const given = Object.fromEntries([
    ['lr', 1],
    ['9', 2],
    ['2', 3],
    ['01', 4],
  ])
  expect(programArguments({ args: ['a'], hyperparameters: given, program })).toEqual('a -2 3 -9 2 --lr 1 --01 4'.split(' '))
})

test('a value that is no text is sent as its JSON, with the line ends in it written out', () => {
  expect(hyperparameterOnWire(['a\u2028b'])).toBe('["a\\u2028b"]')
  expect(hyperparameterOnWire('a\u2028b')).toBe('"a\\u2028b"')
})

test('True and False are for Python alone', () => {
  const sent = (entry: string) =>
    programArguments({ args: [], hyperparameters: { on: true }, program: { kind: 'code', entry, dependencies: [] } })
  expect([sent('a.py'), sent('a.js')]).toEqual([
    ['--on', 'True'],
    ['--on', 'true'],
  ])
})
