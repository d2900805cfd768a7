import { isDeepStrictEqual } from 'node:util'
import { publicRepositories } from '../catalog/accounts.ts'
import { openIam, type Iam } from '../../roles/iam.ts'
import { allow, policyDocument, type PolicyDocument, type PolicyPlace } from '../../roles/policy-document.ts'
import { covers } from '../../roles/covers.ts'
import { roleName, trustPolicy } from '../../roles/role.ts'
import { boundaryMissing, foreignTrust, unfit } from '../../roles/errors.ts'
import type { Clients } from '../../clients.ts'
import type { Notify } from '../../notices.ts'

/** `SimpleSageMakerImages-<project>`: the name of the role and of the CodeBuild project that build a project's images. */
export const builderName = (project: string): string => roleName(project, 'SimpleSageMakerImages')

/** What a build reads and writes. */
export interface BuildRights {
  readonly project: string
  /** ARNs of the repositories that it pushes to. */
  readonly repositories: readonly string[]
  /** Patterns of the contexts that it reads: `arn:aws:s3:::bucket/project/.images/*`. */
  readonly contexts: readonly string[]
}

export const pullActions = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage']
export const pushActions = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage']

/** The least a build needs: its context, AWS's public images, the repositories it pushes to, and its log. */
export function builderPolicy({ project, repositories, contexts }: BuildRights, place: PolicyPlace): PolicyDocument {
  const { partition, region, account } = place
  const log = `arn:${partition}:logs:${region}:${account}:log-group:/aws/codebuild/${builderName(project)}`
  return policyDocument([
    allow('Context', ['s3:GetObject'], contexts, { StringEquals: { 'aws:ResourceAccount': account } }),
    allow('RegistryToken', ['ecr:GetAuthorizationToken'], ['*']),
    allow('Base', pullActions, publicRepositories(region, partition)),
    allow('Push', [...pullActions, ...pushActions], repositories),
    allow('Log', ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], [log, `${log}:*`]),
  ])
}

/** The one inline policy of the role. */
export const builderPolicyName = 'SimpleSageMakerImages'

export interface BuilderRoleOptions {
  readonly clients: Clients
  readonly notify: Notify
  readonly permissionsBoundary?: string | undefined
}

/** The ARN of the role that builds images; made, or given what it lacks. */
export async function ensureBuilderRole(
  rights: BuildRights,
  place: PolicyPlace,
  { clients, notify, permissionsBoundary }: BuilderRoleOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  const iam = openIam(await clients.open('iam'), signal, builderPolicyName)
  const name = builderName(rights.project)
  const [role, held] = await Promise.all([iam.role(name), iam.policy(name)])
  const needed = builderPolicy(rights, place)
  const isTrusted = role === undefined || isDeepStrictEqual(role.trust, trustPolicy('codebuild', place))
  const fits = held !== undefined && covers(held, needed)
  if (role !== undefined && isTrusted && fits) return role.arn
  if (role !== undefined && permissionsBoundary !== undefined && role.boundary !== permissionsBoundary)
    throw boundaryMissing(role, permissionsBoundary)
  // A role of our name that trusts others than CodeBuild for this account is set right, not used as it is.
  if (role !== undefined && !isTrusted)
    await iam.trust(name, trustPolicy('codebuild', place)).catch((cause: unknown) => Promise.reject(foreignTrust(role, cause)))
  try {
    const arn = role?.arn ?? (await makeRole(iam, name, rights.project, place, permissionsBoundary))
    await iam.putPolicy(name, JSON.stringify(builderPolicy(widened(rights, held), place)))
    notify({ type: 'role-changed', role: arn, change: role === undefined ? 'created' : 'widened' })
    return arn
  } catch (cause) {
    throw unfit(name, needed.Statement, cause, held)
  }
}

async function makeRole(
  iam: Iam,
  name: string,
  project: string,
  place: PolicyPlace,
  boundary: string | undefined,
): Promise<string> {
  const description = `Builds images of the Simple SageMaker project ${project}`
  const arn = await iam.create({ name, trust: trustPolicy('codebuild', place), description, boundary })
  return arn ?? `arn:${place.partition}:iam::${place.account}:role/${name}`
}

/** What the role has, with what it needs on top. */
function widened(rights: BuildRights, held: PolicyDocument | undefined): BuildRights {
  const resources = (sid: string): readonly string[] =>
    held?.Statement.filter((statement) => statement.Sid === sid).flatMap(({ Resource }) => Resource) ?? []
  return {
    ...rights,
    repositories: [...new Set([...resources('Push'), ...rights.repositories])],
    contexts: [...new Set([...resources('Context'), ...rights.contexts])],
  }
}
