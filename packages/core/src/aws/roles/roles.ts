import { terms, wording } from '../../errors/wording.ts'
import { isDeepStrictEqual } from 'node:util'
import { PlatformError } from '../../platform/errors.ts'
import type { RoleNeed, Roles } from '../../platform/roles.ts'
import type { Clock } from '../../time/clock.ts'
import { partitionOf } from '../partition.ts'
import type { Clients } from '../clients.ts'
import type { Notify } from '../notices.ts'
import type { BucketKey } from '../objects/bucket/keys.ts'
import { covers } from './covers.ts'
import { openIam, type Iam, type Role } from './iam.ts'
import type { PolicyDocument, PolicyPlace } from './policy-document.ts'
import { roleName, rolePolicy, trustPolicy, widenedPolicy } from './role.ts'
import { boundaryMissing, foreignTrust, policyTooLong, unfit } from './errors.ts'

export interface RolesOptions {
  readonly clients: Clients
  readonly clock: Clock
  readonly notify: Notify
  /** Buckets may encrypt with a key that nobody named: jobs need it all the same. */
  readonly bucketKey: BucketKey
  /** ARN of a managed policy that every role made here is bounded by. */
  readonly permissionsBoundary?: string | undefined
}

export interface AwsRoles extends Roles {
  /** Whether this run made or changed the role so recently that SageMaker may not know it yet. */
  isFresh(arn: string): boolean
}

/** IAM counts the characters of all inline policies of a role, blanks aside. */
const longestPolicy = 10_240
const settledAfterMs = 120_000

/** The roles of projects in IAM: made once, widened when a task needs more, never narrowed, and only read when they fit. */
export function awsRoles({ clients, clock, notify, bucketKey, permissionsBoundary }: RolesOptions): AwsRoles {
  const changedAtMs = new Map<string, number>()
  // One at a time: two tasks that widen the same role must see each other's change.
  let line: Promise<unknown> = Promise.resolve()
  const changed = (arn: string, change: 'created' | 'widened'): string => {
    changedAtMs.set(arn, clock.now())
    notify({ type: 'role-changed', role: arn, change })
    return arn
  }
  const ensure = async (need: RoleNeed, signal: AbortSignal | undefined): Promise<string> => {
    if (need.own !== undefined) return ownRole(clients, need.own, signal)
    const place = await placeOf(clients, signal)
    const iam = openIam(await clients.open('iam'), signal)
    const name = roleName(need.project)
    // Both at once: where there is no role, there is no policy.
    const [role, held, ...keys] = await Promise.all([
      iam.role(name),
      iam.policy(name),
      ...bucketsOf(need).map((bucket) => bucketKey(bucket, signal)),
    ])
    const kmsKeys = [...new Set([...need.kmsKeys, ...keys.filter((key) => key !== undefined)])]
    const task: Widening = { iam, name, need: { ...need, kmsKeys }, place, boundary: permissionsBoundary }
    if (role === undefined) return changed(await makeRole(task), 'created')
    return (await widenRole(task, role, held)) ? changed(role.arn, 'widened') : role.arn
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

const bucketsOf = ({ bucket, readableAddresses }: RoleNeed): readonly string[] => [
  ...new Set([bucket, ...readableAddresses.map((address) => address.bucket)]),
]

interface Widening {
  readonly iam: Iam
  readonly name: string
  readonly need: RoleNeed
  readonly place: PolicyPlace
  readonly boundary: string | undefined
}

async function placeOf(clients: Clients, signal: AbortSignal | undefined): Promise<PolicyPlace> {
  const region = await clients.region()
  return { partition: partitionOf(region).name, region, account: (await clients.account(signal)).id }
}

/** The user's own role, taken as it is: an ARN costs no call, a name one. */
async function ownRole(clients: Clients, own: string, signal: AbortSignal | undefined): Promise<string> {
  if (own.startsWith('arn:')) return own
  const role = await openIam(await clients.open('iam'), signal).role(own.split('/').at(-1) ?? own)
  if (role !== undefined) return role.arn
  throw new PlatformError('PLATFORM_REFUSED', `There is no role named ${own} in this account.`, {
    facts: { role: own },
    hint: wording`Check the name, give its ARN, or leave ${terms.role} out for one that is made with the least policy.`,
  })
}

async function makeRole({ iam, name, need, place, boundary }: Widening): Promise<string> {
  const policy = rolePolicy(need, place)
  try {
    const arn = await iam.create({
      name,
      trust: trustPolicy('sagemaker', place),
      description: `Jobs of the Simple SageMaker project ${need.project}`,
      boundary,
    })
    await putPolicy(iam, name, policy)
    return arn ?? `arn:${place.partition}:iam::${place.account}:role/${name}`
  } catch (cause) {
    throw unfit(name, policy.Statement, cause)
  }
}

/** Gives our role what this task needs on top; says whether anything had to change. */
async function widenRole(task: Widening, role: Role, held: PolicyDocument | undefined): Promise<boolean> {
  const { iam, name, need, place, boundary } = task
  const needed = rolePolicy(need, place)
  const isTrusted = isDeepStrictEqual(role.trust, trustPolicy('sagemaker', place))
  const fits = held !== undefined && covers(held, needed)
  if (isTrusted && fits) return false
  if (boundary !== undefined && role.boundary !== boundary) throw boundaryMissing(role, boundary)
  // A role of our name that trusts others than SageMaker for this account is set right, not used as it is.
  if (!isTrusted)
    await iam.trust(name, trustPolicy('sagemaker', place)).catch((cause: unknown) => Promise.reject(foreignTrust(role, cause)))
  if (fits) return true
  try {
    await putPolicy(iam, name, held === undefined ? needed : widenedPolicy(held, need, place))
  } catch (cause) {
    throw unfit(name, needed.Statement, cause, held)
  }
  return true
}

async function putPolicy(iam: Iam, name: string, policy: PolicyDocument): Promise<void> {
  const text = JSON.stringify(policy)
  if (text.length > longestPolicy) throw policyTooLong(name, text.length, longestPolicy)
  await iam.putPolicy(name, text)
}
