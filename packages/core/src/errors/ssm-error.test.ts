import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { SsmError } from './ssm-error.ts'

const hint = { before: 'Read it with: ', command: 'ssm logs t-1', after: '; then run it again.', flags: '--platform local' }

test('a hint that names a command is a sentence, and takes the flags of whoever shows it', () => {
  const error = new SsmError('JOB_FAILED', 'm', { hint })
  expect(error.hint).toBe('Read it with: ssm logs t-1 --platform local; then run it again.')
  expect(error.toJSON().hint).toBe(error.hint)
  expect(error.hintWith('--region eu-west-1')).toBe('Read it with: ssm logs t-1 --region eu-west-1; then run it again.')
  expect(error.hintWith('')).toBe('Read it with: ssm logs t-1; then run it again.')
  expect(inspect(error).match(/Read it with/g)).toHaveLength(1)
})

test('a hint that is a text, or none, is what it is, whatever flags there are', () => {
  expect(new SsmError('USAGE', 'm', { hint: 'Do this.' }).hintWith('--region x')).toBe('Do this.')
  expect(new SsmError('USAGE', 'm').hintWith('--region x')).toBeUndefined()
})
