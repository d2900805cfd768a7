import { isError } from '../../lang/realms.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { SsmError } from '../../errors/ssm-error.ts'

/** Why a job failed, in the words of its failure reason. */
export class JobProblem extends Error {}

/** The failure reason for a full disk, whoever noticed it. */
export const diskFullReason = 'ClientError: no space is left on the disk of the local platform. Free some space and run it again.'

/** The failure reason for whatever was thrown. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof JobProblem) return cause.message
  if (cause instanceof SsmError) return `ClientError: ${cause.message}${cause.hint === undefined ? '' : `. ${cause.hint}`}`
  const code = fsCodeOf(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFullReason
  if (code === 'ENAMETOOLONG') return `ClientError: a name is too long for this file system: ${String(cause)}`
  if (isError(cause) && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) return `ClientError: ${cause.message}`
  return `InternalServerError: ${isError(cause) ? (cause.stack ?? cause.message) : String(cause)}`
}
