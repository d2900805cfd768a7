import { expect, test } from 'vitest'
import { SsmError } from '../../errors/ssm-error.ts'
import { gathered } from './gathered.ts'

test('all that is wrong with inputs is one error, with each hint once', () => {
  const missing = new SsmError('OUTPUT_MISSING', 'a is not there', { hint: 'Run it first.' })
  const failures = [
    missing,
    new SsmError('INPUT_MISSING', 'b is not there', { hint: 'Run it first.' }),
    new SsmError('INPUT_MISSING', 'c is not there'),
  ]
  expect(gathered('train', failures)).toMatchObject({
    code: 'OUTPUT_MISSING',
    message: '3 inputs of task train cannot be used:\n  a is not there\n  b is not there\n  c is not there',
    hint: 'Run it first.',
    cause: missing,
    facts: { task: 'train', problems: [{ code: 'OUTPUT_MISSING' }, { hint: 'Run it first.' }, { hint: '' }] },
  })
})

test('an error that is none of ours comes first, as it is', () => {
  const foreign = new TypeError('a slip')
  expect(gathered('train', [new SsmError('INPUT_MISSING', 'b is not there'), foreign])).toBe(foreign)
})
