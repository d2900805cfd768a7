import { isAccelerated } from '../instance-types.ts'
import type { InstanceType } from '../instance-types.ts'

/** Machines of one type among those of a training job. */
export interface InstanceGroup<Name extends string = string> {
  /** Its name, which inputs and the program know it by: letters, digits, `-` and `_`. */
  readonly group: Name
  /** The type of its machines. */
  readonly type: InstanceType
  /** How many machines it has; default 1. */
  readonly count?: number
}

/** A group as a task has it. */
export interface InstanceGroupSpec {
  /** Its name. */
  readonly group: string
  /** The type of its machines. */
  readonly type: string
  /** How many machines it has. */
  readonly count: number
}

/** How many groups a job may have. */
export const mostGroups = 5

const fields = ['group', 'type', 'count']

/** What is wrong with a list of groups; `undefined` when nothing. */
export function groupsProblem(given: unknown): string | undefined {
  if (!Array.isArray(given) || given.length === 0 || given.length > mostGroups)
    return `must be a list of 1 to ${mostGroups} groups`
  for (const [index, each] of (given as readonly unknown[]).entries()) {
    const problem = groupProblem(each)
    if (problem !== undefined) return `[${index}] ${problem}`
  }
  const names = (given as readonly InstanceGroup[]).map(({ group }) => group)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? undefined : `has two groups named ${twice}`
}

function groupProblem(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null)
    return "must be an object such as { group: 'data', type: 'ml.c5.xlarge', count: 2 }"
  const unknown = Object.keys(given).find((name) => !fields.includes(name))
  if (unknown !== undefined) return `has group, type and count, not ${unknown}`
  const { group, type, count = 1 } = given as Readonly<Record<string, unknown>>
  if (typeof group !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(group))
    return 'must have group as 1 to 64 letters, digits, "-" and "_"'
  if (typeof type !== 'string' || !/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(type)) return 'must have type as ml.<family>.<size>'
  return Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 10_000
    ? undefined
    : 'must have count as a whole number from 1 to 10000'
}

/** The groups, each with its number of machines. */
export const groupsOf = (given: readonly InstanceGroup[]): readonly InstanceGroupSpec[] =>
  given.map(({ group, type, count = 1 }) => ({ group, type, count }))

/** The type that the image is chosen for: one with an accelerator when any has one, since its image runs on the others, too. */
export const leadingType = (groups: readonly InstanceGroupSpec[]): string | undefined =>
  (groups.find(({ type }) => isAccelerated(type)) ?? groups[0])?.type
