import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { InvalidTaskError } from '../options/errors.ts'
import type { JobState } from '../platform/jobs.ts'
import { JobFailedError } from '../run/follow/errors.ts'
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

test('an uncaught error is printed with its message once: facts and fields that repeat it are not listed', () => {
  const reason = 'AlgorithmError: exit code 1'
  const state = { name: 'train-1', kind: 'training', status: 'failed', failureReason: reason } as unknown as JobState
  const errors = [
    new JobFailedError(state, ['the last line']),
    new InvalidTaskError('t', [{ path: 'instanceCount', message: 'must be a whole number', value: 'x' }]),
  ]
  // As Node prints what nobody catches.
  const [failed = '', invalid = ''] = errors.map((error) => inspect(error, { customInspect: false }))
  expect(failed.match(/exit code 1/g)).toHaveLength(1)
  expect(failed).toMatch(/code: 'JOB_FAILED'/)
  expect(failed).toMatch(/hint: /)
  expect(invalid.match(/must be a whole number/g)).toHaveLength(1)
  expect(errors[0]).toMatchObject({ facts: { reason, lastLines: ['the last line'] }, reason, lastLines: ['the last line'] })
})

test('advice that the message has already is not printed below it, and stays in the field', () => {
  const said = new SsmError('TASK_INVALID', 'a is wrong — Write 1. Or 2.\n  b is wrong — Leave it out.', {
    hint: 'Write 1. Or 2. Leave it out.',
  })
  expect(said.hint).toBe('Write 1. Or 2. Leave it out.')
  expect(said.toJSON().hint).toBe(said.hint)
  expect(said.hintWith('')).toBeUndefined()
  expect(inspect(said).match(/Leave it out/g)).toHaveLength(1)
  expect(Object.keys(said)).not.toContain('hint')
  const more = new SsmError('TASK_INVALID', 'a is wrong — Write 1.', { hint: 'Write 1. Nothing was started.' })
  expect(inspect(more)).toContain('hint: Write 1. Nothing was started.')
  expect(more.hintWith('')).toBe('Write 1. Nothing was started.')
})
