import { abortable, type OpenedClient } from '../clients.ts'
import { errorKindOf } from '../error-kind.ts'
import { withErrorTranslation } from '../translate.ts'
import { parsePolicy, type PolicyDocument } from './policy-document.ts'
import { policyName } from './role.ts'

/** What IAM knows of a role. */
export interface Role {
  readonly arn: string
  /** Who may use it, as JSON. */
  readonly trust: unknown
  /** ARN of the policy that bounds it. */
  readonly boundary: string | undefined
}

export interface NewRole {
  readonly name: string
  readonly trust: object
  readonly description: string
  readonly boundary: string | undefined
}

/** The calls of IAM that are used, translated. */
export interface Iam {
  role(name: string): Promise<Role | undefined>
  policy(role: string): Promise<PolicyDocument | undefined>
  /** The ARN; also of a role that another client made a moment earlier. */
  create(role: NewRole): Promise<string | undefined>
  trust(role: string, trust: object): Promise<void>
  putPolicy(role: string, text: string): Promise<void>
}

/** `policy` is the name of the one inline policy that is ours on the roles. */
export const openIam = (opened: OpenedClient<'iam'>, signal: AbortSignal | undefined, policy = policyName): Iam => {
  const read = reading(opened, signal, policy)
  return { ...read, ...writing(opened, signal, read, policy) }
}

type Reading = Pick<Iam, 'role' | 'policy'>

function reading({ client, sdk }: OpenedClient<'iam'>, signal: AbortSignal | undefined, ownPolicy: string): Reading {
  const settings = abortable(signal)
  const orMissing = async <T>(action: string, resource: string, work: () => Promise<T>): Promise<T | undefined> =>
    withErrorTranslation({ action, resource }, signal, async () => {
      try {
        return await work()
      } catch (cause) {
        if (errorKindOf(cause) === 'missing') return undefined
        throw cause
      }
    })
  return {
    role: (name) =>
      orMissing('iam:GetRole', name, async () => {
        const { Role: found } = await client.send(new sdk.GetRoleCommand({ RoleName: name }), settings)
        return {
          arn: found?.Arn ?? '',
          trust: JSON.parse(decodeURIComponent(found?.AssumeRolePolicyDocument ?? '{}')) as unknown, // IAM gives valid JSON
          boundary: found?.PermissionsBoundary?.PermissionsBoundaryArn,
        }
      }),
    policy: (name) =>
      orMissing('iam:GetRolePolicy', name, async () => {
        const found = await client.send(new sdk.GetRolePolicyCommand({ RoleName: name, PolicyName: ownPolicy }), settings)
        return found.PolicyDocument === undefined ? undefined : parsePolicy(found.PolicyDocument)
      }),
  }
}

function writing(
  { client, sdk }: OpenedClient<'iam'>,
  signal: AbortSignal | undefined,
  { role }: Reading,
  ownPolicy: string,
): Omit<Iam, keyof Reading> {
  const settings = abortable(signal)
  return {
    create: ({ name, trust, description, boundary }) =>
      withErrorTranslation({ action: 'iam:CreateRole', resource: name }, signal, async () => {
        const input = {
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description: description,
          Tags: [{ Key: 'CreatedBy', Value: 'simple-sagemaker' }],
          ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
        }
        try {
          return (await client.send(new sdk.CreateRoleCommand(input), settings)).Role?.Arn
        } catch (cause) {
          // Another client was quicker; the policy is written in any case.
          if (errorKindOf(cause) === 'exists') return (await role(name))?.arn
          throw cause
        }
      }),
    trust: async (name, trust) => {
      const input = { RoleName: name, PolicyDocument: JSON.stringify(trust) }
      await withErrorTranslation({ action: 'iam:UpdateAssumeRolePolicy', resource: name }, signal, () =>
        client.send(new sdk.UpdateAssumeRolePolicyCommand(input), settings),
      )
    },
    putPolicy: async (name, text) => {
      const input = { RoleName: name, PolicyName: ownPolicy, PolicyDocument: text }
      await withErrorTranslation({ action: 'iam:PutRolePolicy', resource: name }, signal, () =>
        client.send(new sdk.PutRolePolicyCommand(input), settings),
      )
    },
  }
}
