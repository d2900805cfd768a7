import { shuffled } from './grid.ts'
import { seeded, type Random } from './random.ts'
import type { Observation, Sampling } from './sampling.ts'
import { sizeOf, valueAt, valuesKey, type Space, type Values } from '../space.ts'
import { bayes } from './tpe.ts'

// In a small space most of what is drawn was drawn before. The estimator draws many candidates each time.
const mostDraws = { bayes: 8, random: 200 } as const
// So many combinations are looked through in no time.
const fewCombinations = 20_000

/**
 * The values of the trial of this number; `undefined` when there are no others than those that were tried. Pure: the same for the same
 * observations.
 */
export function nextValues(sampling: Sampling, number: number, seen: readonly Observation[]): Values | undefined {
  const { space, by, seed, trials } = sampling
  const known = new Set(seen.map(({ values }) => valuesKey(values)))
  if (by === 'grid') return shuffled(space, trials, seed).find((values) => !known.has(valuesKey(values)))
  if (known.size >= sizeOf(space)) return undefined
  const random = seeded(seed, number)
  const draw = by === 'bayes' ? bayes(sampling, number, seen, random) : () => randomValues(space, random)
  for (let draws = 0; draws < mostDraws[by]; draws += 1) {
    const values = draw()
    if (!known.has(valuesKey(values))) return values
  }
  // What is left of a small space is found by looking through it.
  return sizeOf(space) < fewCombinations
    ? shuffled(space, sizeOf(space), seed).find((values) => !known.has(valuesKey(values)))
    : randomValues(space, random)
}

/** Every value alike, apart from all others. */
export function randomValues(space: Space, random: Random): Values {
  return Object.fromEntries(
    Object.entries(space).map(([name, domain]) => [
      name,
      domain.kind === 'range' ? valueAt(domain, random()) : (domain.values[Math.floor(random() * domain.values.length)] ?? null),
    ]),
  )
}
