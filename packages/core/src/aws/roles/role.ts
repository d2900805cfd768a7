import { shortDigestText } from '../../names/short-digest.ts'
import type { RoleNeed } from '../../platform/roles.ts'
import type { PolicyDocument, PolicyPlace } from './policy-document.ts'
import { policyDocumentOf, readRights, rightsOf, togetherRights } from './rights.ts'

/** The one inline policy that is ours on a role. */
export const policyName = 'SimpleSageMaker'

/** `SimpleSageMaker-<project>`; a project name too long for IAM's 64 characters is cut and told apart by a digest. */
export function roleName(project: string, prefix = 'SimpleSageMaker'): string {
  const name = `${prefix}-${project}`
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${shortDigestText(project)}`
}

/** A service may take the role, and only for jobs of this account: no other account can make the service use our role. */
export const trustPolicy = (service: 'codebuild' | 'sagemaker', { account }: Pick<PolicyPlace, 'account'>): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: `${service}.amazonaws.com` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
  ],
})

/** The least a job of this task needs: its project's folder, its other inputs, its logs and metrics, its image, its keys. */
export const rolePolicy = (need: RoleNeed, place: PolicyPlace): PolicyDocument => policyDocumentOf(rightsOf(need, place), place)

/**
 * What a role has, with what a task needs on top. Our own statements are made anew from the rights of both, so that those of
 * another release cannot get in the way; all other statements, denials among them, stay as they are.
 */
export function widenedPolicy(held: PolicyDocument, need: RoleNeed, place: PolicyPlace): PolicyDocument {
  const { rights, others } = readRights(held)
  const ours = policyDocumentOf(togetherRights(rights, rightsOf(need, place)), place).Statement
  const taken = new Set(others.map(({ Sid }) => Sid))
  // IAM wants every Sid once: a statement of someone else's keeps the one it has.
  const renamed = ours.map((statement) => (taken.has(statement.Sid) ? { ...statement, Sid: `Ssm${statement.Sid}` } : statement))
  return { Version: '2012-10-17', Statement: [...others, ...renamed] }
}
