import type { Importance } from '../../run/report/search-document.ts'
import type { Goal, Trial } from '../found.ts'
import { placeInRange, type Domain, type Space, type Values } from '../space.ts'

/*
 * How much each hyperparameter alone tells of the result: the trials are ranked, and the share of the variance of the ranks between groups of
 * like values is taken, less what chance would give (adjusted eta squared of ranks; Kruskal and Wallis compare the same). Ranks,
 * because a trial that diverged may be worse than the others by any factor.
 */

type Tried = Pick<Trial, 'status' | 'hyperparameters' | 'value' | 'course'>

/** With fewer trials chance decides. */
const fewestTrials = 10
// With three, a best value in the middle shows.
const fewestGroups = 3
const mostGroups = 6

/** The importance of each hyperparameter alone. Pure. */
export function importanceOf(space: Space, goal: Goal | undefined, trials: readonly Tried[]): Importance {
  if (goal === undefined) return { kind: 'unknown', because: 'the search has no metric to go by' }
  const ended = trials.filter(
    ({ status, value }) => value !== undefined && (status === 'completed' || status === 'stopped-early'),
  )
  if (ended.length < fewestTrials)
    return {
      kind: 'unknown',
      because: `it takes at least ${fewestTrials} trials with a result, and ${ended.length === 0 ? 'none has' : `${ended.length} ${ended.length === 1 ? 'has' : 'have'}`} one`,
    }
  const ranks = ranksOf(ended, goal)
  const parameters = Object.entries(space).map(([name, domain]) => {
    const values = ended.map(({ hyperparameters }) => hyperparameters[name])
    const groups = groupsOf(domain, values)
    const share = adjustedShare(ranks, groups, new Set(groups).size)
    return share === undefined ? { name } : { name, share }
  })
  return {
    kind: 'known',
    trials: ended.length,
    parameters: parameters.toSorted((one, other) => (other.share ?? -1) - (one.share ?? -1)),
  }
}

/** The place of each trial among all, from 1 for the best; equal ones share the middle of their places. */
function ranksOf(trials: readonly Tried[], { direction }: Goal): readonly number[] {
  const sign = direction === 'minimize' ? 1 : -1
  // Of those that were stopped early, whoever came further did better.
  const keys = trials.map(({ status, value = 0, course }) =>
    status === 'completed' ? [0, 0, sign * value] : [1, -(course.at(-1)?.step ?? 0), sign * value],
  )
  return keys.map((key) => {
    const before = keys.filter((other) => compared(other, key) < 0).length
    const equal = keys.filter((other) => compared(other, key) === 0).length
    return before + (equal + 1) / 2
  })
}

function compared(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((part, index) => part !== other[index])
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}

/** The group of each value: a value itself where there are few, else neighbours in a range, as many in each group. */
function groupsOf(domain: Domain, values: readonly (Values[string] | undefined)[]): readonly (string | number)[] {
  if (domain.kind === 'choice') return values.map((value) => JSON.stringify(value))
  const places = values.map((value) => placeInRange(domain, Number(value)))
  const sorted = places.toSorted((one, other) => one - other)
  const count = Math.max(fewestGroups, Math.min(mostGroups, Math.floor(Math.sqrt(values.length / 2))))
  // Equal values have the same first place, so they are in one group.
  return places.map((place) => Math.floor((sorted.indexOf(place) * count) / sorted.length))
}

function adjustedShare(ranks: readonly number[], groups: readonly (string | number)[], count: number): number | undefined {
  const mean = (ranks.length + 1) / 2
  const total = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0)
  const free = ranks.length - count
  if (count < 2 || free < 1) return undefined
  if (total === 0) return 0
  const members = new Map<string | number, number[]>()
  for (const [at, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), ranks[at] ?? 0])
  const between = [...members.values()].reduce((sum, own) => {
    const average = own.reduce((all, rank) => all + rank, 0) / own.length
    return sum + own.length * (average - mean) ** 2
  }, 0)
  return Math.max(0, 1 - ((1 - between / total) * (ranks.length - 1)) / free)
}
