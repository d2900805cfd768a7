import { openClients, type ClientOptions } from '../clients.ts'
import { openIam } from './iam.ts'
import { roleName } from './role.ts'

/** Whether the role of a project is there. */
export interface RoleStatus {
  /** The role's name. */
  readonly roleName: string
  /** Absent when there is no such role yet. */
  readonly arn?: string
}

/**
 * Asks IAM for the role that jobs of a project run with; changes nothing.
 * @throws {PlatformError} `PLATFORM_DENIED` when the caller may not ask; an abort rejects with `signal.reason`.
 */
export async function roleStatus(
  project: string,
  options: ClientOptions & {
    /** Ends the call early: it rejects with `signal.reason`. */
    readonly signal?: AbortSignal
  } = {},
): Promise<RoleStatus> {
  await using clients = openClients(options)
  const name = roleName(project)
  const role = await openIam(await clients.open('iam'), options.signal).role(name)
  return { roleName: name, ...(role === undefined ? {} : { arn: role.arn }) }
}
