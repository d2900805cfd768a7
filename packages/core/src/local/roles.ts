import type { Roles } from '../platform/roles.ts'

/** The role every local job has: a name only, for no permission is checked here. */
export const localRole = 'arn:aws:iam::000000000000:role/simple-sagemaker-local'

/** An honest stand-in: the user's own role as it is, else a name of no account. */
export function localRoles(): Roles {
  const roleOf: Roles['ensure'] = async (need, options) => {
    options?.signal?.throwIfAborted()
    return need.own ?? localRole
  }
  return { expected: roleOf, ensure: roleOf }
}
