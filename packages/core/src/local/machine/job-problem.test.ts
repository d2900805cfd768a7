import { expect, test } from 'vitest'
import { SsmError } from '../../errors/ssm-error.ts'
import { diskFullReason, JobProblem, reasonOf } from './job-problem.ts'

const failed = (code: string): Error =>
  Object.assign(new Error(`${code}: it failed, open '/a'`), { code, errno: -1, syscall: 'open' })

test.each<[string, unknown, string]>([
  ['a problem of the job', new JobProblem('it ended'), 'it ended'],
  ['an error with a hint', new SsmError('USAGE', 'no', { hint: 'Do it.' }), 'ClientError: no. Do it.'],
  ['an error without one', new SsmError('USAGE', 'no'), 'ClientError: no'],
  ['a full disk', failed('ENOSPC'), diskFullReason],
  ['a quota that is used up', failed('EDQUOT'), diskFullReason],
  [
    'a long name',
    failed('ENAMETOOLONG'),
    "ClientError: a name is too long for this file system: Error: ENAMETOOLONG: it failed, open '/a'",
  ],
  ...['EACCES', 'EPERM', 'EROFS'].map(
    (code) => [code, failed(code), `ClientError: ${code}: it failed, open '/a'`] satisfies [string, unknown, string],
  ),
  ['an error without a stack', Object.assign(new Error('no'), { stack: undefined }), 'InternalServerError: no'],
  ['what is no error', 'no', 'InternalServerError: no'],
])('the failure reason for %s says whose fault it is', (_, cause, reason) => {
  expect(reasonOf(cause)).toBe(reason)
})

test('the failure reason for a fault of this library says where it is', () => {
  expect(reasonOf(failed('EIO'))).toMatch(/^InternalServerError: Error: EIO.*\n +at /)
})
