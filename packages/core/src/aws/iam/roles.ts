import { isDeepStrictEqual } from 'node:util'
import { PlatformError } from '../../platform/errors.ts'
import type { RoleNeed, Roles } from '../../platform/roles.ts'
import type { Clock } from '../../time/clock.ts'
import { partitionOf } from '../catalog/partition.ts'
import { abortable, type Clients, type Opened } from '../clients.ts'
import type { Tell } from '../notices.ts'
import { covers, mergePolicies, parsePolicy } from './merge.ts'
import { roleName, rolePolicy, trustPolicy, type PolicyDocument, type PolicyPlace } from './policy.ts'
import { meaningOf } from '../meaning.ts'
import { atTheWall, type Act } from '../translate.ts'

export interface RolesOptions {
  readonly clients: Clients
  readonly clock: Clock
  readonly tell: Tell
}

export interface AwsRoles extends Roles {
  /** Whether this run made or changed the role so recently that SageMaker may not know it yet. */
  isFresh(arn: string): boolean
}

/** The one inline policy that is ours on a role. */
export const policyName = 'SimpleSageMaker'

/** IAM counts the characters of all inline policies of a role, blanks aside. */
const longestPolicy = 10_240
const settledAfterMs = 120_000

/** IAM behind the doorway. A role of ours is made once per project, widened when a task needs more, and never narrowed. */
export function awsRoles({ clients, clock, tell }: RolesOptions): AwsRoles {
  const changedAtMs = new Map<string, number>()
  // One at a time: two tasks that widen the same role must see each other's change.
  let line: Promise<unknown> = Promise.resolve()
  const changed = (arn: string, change: 'created' | 'widened'): void => {
    changedAtMs.set(arn, clock.now())
    tell({ type: 'role-changed', role: arn, change })
  }
  const ensure = async (need: RoleNeed, signal: AbortSignal | undefined): Promise<string> => {
    if (need.own !== undefined) return ownRole(clients, need.own, signal)
    const place = await placeOf(clients, signal)
    const iam = await clients.open('iam')
    const name = roleName(need.project)
    const arn = await roleArn(iam, name, signal)
    if (arn === undefined) return makeRole(iam, name, need, place, signal).then((made) => (changed(made, 'created'), made))
    if (await widenRole(iam, { name, arn }, need, place, signal)) changed(arn, 'widened')
    return arn
  }
  return {
    expected: async (need, { signal } = {}) => {
      if (need.own !== undefined) return ownRole(clients, need.own, signal)
      const { partition, account } = await placeOf(clients, signal)
      return `arn:${partition}:iam::${account}:role/${roleName(need.project)}`
    },
    ensure: async (need, { signal } = {}) => {
      const mine = line.then(() => ensure(need, signal))
      line = mine.catch(() => undefined)
      return mine
    },
    isFresh: (arn) => clock.now() - (changedAtMs.get(arn) ?? -Infinity) < settledAfterMs,
  }
}

async function placeOf(clients: Clients, signal: AbortSignal | undefined): Promise<PolicyPlace> {
  const region = await clients.region()
  return { partition: partitionOf(region).name, region, account: (await clients.account(signal)).id }
}

/** The user's own role, taken as it is: an ARN costs no call, a name one. */
async function ownRole(clients: Clients, own: string, signal: AbortSignal | undefined): Promise<string> {
  if (own.startsWith('arn:')) return own
  const arn = await roleArn(await clients.open('iam'), own.split('/').at(-1) ?? own, signal)
  if (arn !== undefined) return arn
  throw new PlatformError('PLATFORM_REFUSED', `There is no role named ${own} in this account.`, {
    facts: { role: own },
    hint: 'Check the name, give its ARN, or leave "role" out for one that is made with the least policy.',
  })
}

async function roleArn(
  { client, sdk }: Opened<'iam'>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const act: Act = { action: 'iam:GetRole', resource: name }
  return atTheWall(act, signal, async () => {
    try {
      return (await client.send(new sdk.GetRoleCommand({ RoleName: name }), abortable(signal))).Role?.Arn
    } catch (cause) {
      if (meaningOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

async function makeRole(
  iam: Opened<'iam'>,
  name: string,
  need: RoleNeed,
  place: PolicyPlace,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { client, sdk } = iam
  const about = {
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy(place)),
    Description: `Jobs of the Simple SageMaker project ${need.project}`,
    Tags: [{ Key: 'CreatedBy', Value: 'simple-sagemaker' }],
  }
  const arn = await atTheWall({ action: 'iam:CreateRole', resource: name }, signal, async () => {
    try {
      return (await client.send(new sdk.CreateRoleCommand(about), abortable(signal))).Role?.Arn
    } catch (cause) {
      // Another client was quicker; the policy is written in any case.
      if (meaningOf(cause) === 'exists') return roleArn(iam, name, signal)
      throw cause
    }
  })
  await putPolicy(iam, name, rolePolicy(need, place), signal)
  return arn ?? `arn:${place.partition}:iam::${place.account}:role/${name}`
}

/** Gives our role what this task needs on top; says whether anything had to change. */
async function widenRole(
  iam: Opened<'iam'>,
  role: { readonly name: string; readonly arn: string },
  need: RoleNeed,
  place: PolicyPlace,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const trustMended = await mendTrust(iam, role.name, place, signal)
  const held = await heldPolicy(iam, role.name, signal)
  const needed = rolePolicy(need, place)
  if (held !== undefined && covers(held, needed)) return trustMended
  await putPolicy(iam, role.name, held === undefined ? needed : mergePolicies(held, needed), signal)
  return true
}

/** A role of our name that trusts others than SageMaker for this account is set right, not used as it is. */
async function mendTrust(
  { client, sdk }: Opened<'iam'>,
  name: string,
  place: PolicyPlace,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const wanted = trustPolicy(place)
  return atTheWall({ action: 'iam:UpdateAssumeRolePolicy', resource: name }, signal, async () => {
    const said = await client.send(new sdk.GetRoleCommand({ RoleName: name }), abortable(signal))
    if (isDeepStrictEqual(JSON.parse(decodeURIComponent(said.Role?.AssumeRolePolicyDocument ?? '{}')), wanted)) return false
    await client.send(
      new sdk.UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: JSON.stringify(wanted) }),
      abortable(signal),
    )
    return true
  })
}

async function heldPolicy(
  { client, sdk }: Opened<'iam'>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<PolicyDocument | undefined> {
  return atTheWall({ action: 'iam:GetRolePolicy', resource: name }, signal, async () => {
    try {
      const said = await client.send(new sdk.GetRolePolicyCommand({ RoleName: name, PolicyName: policyName }), abortable(signal))
      return said.PolicyDocument === undefined ? undefined : parsePolicy(said.PolicyDocument)
    } catch (cause) {
      if (meaningOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

async function putPolicy(
  { client, sdk }: Opened<'iam'>,
  name: string,
  policy: PolicyDocument,
  signal: AbortSignal | undefined,
): Promise<void> {
  const text = JSON.stringify(policy)
  if (text.length > longestPolicy) {
    throw new PlatformError(
      'PLATFORM_QUOTA',
      `The policy of the role ${name} would have ${text.length} characters; IAM allows ${longestPolicy}.`,
      {
        facts: { role: name, characters: text.length, limit: longestPolicy },
        hint: 'Give the project a role of your own with "role", or spread its tasks over several projects.',
      },
    )
  }
  await atTheWall({ action: 'iam:PutRolePolicy', resource: name }, signal, () =>
    client.send(
      new sdk.PutRolePolicyCommand({ RoleName: name, PolicyName: policyName, PolicyDocument: text }),
      abortable(signal),
    ),
  )
}
