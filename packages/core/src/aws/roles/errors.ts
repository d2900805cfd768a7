import { terms, wording } from '../../errors/wording.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { PlatformError } from '../../platform/errors.ts'
import { missingFrom } from './covers.ts'
import type { Role } from './iam.ts'
import type { PolicyDocument, Statement } from './policy-document.ts'

const setup =
  'Have somebody who administers the account run the task once, or set the role up with the documents of "ssm policies". ' +
  'Do not allow iam:PutRolePolicy to whoever only runs jobs: with it they could give the role, and themselves, every right.'

/** The caller may not write to IAM, and the role lacks something: says what, so that an administrator can add it. */
export function unfit(role: string, needed: readonly Statement[], cause: unknown, held?: PolicyDocument): unknown {
  if (!isSsmError(cause, 'PLATFORM_DENIED')) return cause
  const missing = held === undefined ? needed : missingFrom(held, { Version: '2012-10-17', Statement: needed })
  const what = held === undefined ? `${role} does not exist` : `${role} may not do all that the task needs`
  return new PlatformError('PLATFORM_DENIED', `The role ${what}, and these credentials may not change it. ${cause.message}`, {
    cause,
    hint: setup,
    facts: { ...cause.facts, role, missing },
  })
}

/** Somebody else than SageMaker in this account may use the role, and the caller may not correct it. */
export function foreignTrust(role: Role, cause: unknown): unknown {
  if (!isSsmError(cause, 'PLATFORM_DENIED')) return cause
  return new PlatformError(
    'PLATFORM_DENIED',
    `The role ${role.arn} trusts others than SageMaker for this account, and these credentials may not correct that. ${cause.message}`,
    {
      cause,
      hint: 'Have an administrator set its trust to the one that "ssm policies" prints (aws iam update-assume-role-policy).',
      facts: { ...cause.facts, role: role.arn, trust: role.trust },
    },
  )
}

/** Rights are never added to a role outside the boundary that was asked for. */
export const boundaryMissing = (role: Role, boundary: string): PlatformError =>
  new PlatformError(
    'PLATFORM_REFUSED',
    `The role ${role.arn} lacks the permissions boundary ${boundary}: it is given no further rights.`,
    {
      hint: 'Have an administrator attach it: aws iam put-role-permissions-boundary --role-name … --permissions-boundary …',
      facts: { role: role.arn, permissionsBoundary: boundary, found: role.boundary },
    },
  )

export const policyTooLong = (role: string, characters: number, limit: number): PlatformError =>
  new PlatformError(
    'PLATFORM_QUOTA',
    `The policy of the role ${role} would have ${characters} characters; IAM allows ${limit}.`,
    {
      facts: { role, characters, limit },
      hint: wording`Give the project a role of your own with ${terms.role}, or spread its tasks over several projects.`,
    },
  )
