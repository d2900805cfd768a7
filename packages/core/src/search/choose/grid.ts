import type { HyperparameterValue } from '../../spec/task-spec.ts'
import { seeded } from './random.ts'
import { valueAt, type Domain, type Space, type Values } from '../space.ts'

/**
 * Every combination, in an order that the seed decides: choices in full, ranges at places evenly apart, as many as make no more than
 * `most` combinations. Choices alone may make more.
 */
export function shuffled(space: Space, most: number, seed: number): readonly Values[] {
  const random = seeded(seed, -1)
  const points = allPoints(space, most)
  for (let last = points.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [points[last], points[other]]
    if (one !== undefined && two !== undefined) [points[last], points[other]] = [two, one]
  }
  return points
}

function allPoints(space: Space, most: number): Values[] {
  const lists = Object.entries(space).map(([name, domain]) => [name, placesOf(domain, perRange(space, most))] as const)
  return lists.reduce<Values[]>(
    (points, [name, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}

/** The most places in each range that make no more combinations than that; 1 at least. */
function perRange(space: Space, most: number): number {
  const domains = Object.values(space)
  const count = (places: number): number => domains.reduce((size, domain) => size * countOf(domain, places), 1)
  let places = 1
  // Ranges of few whole numbers do not become finer any more.
  while (places < most && count(places + 1) <= most) places += 1
  return places
}

function countOf(domain: Domain, places: number): number {
  if (domain.kind === 'choice') return domain.values.length
  return domain.scale === 'int' ? Math.min(places, domain.max - domain.min + 1) : places
}

function placesOf(domain: Domain, places: number): readonly HyperparameterValue[] {
  if (domain.kind === 'choice') return domain.values
  if (places === 1) return [valueAt(domain, 0.5)]
  const values = Array.from({ length: places }, (_, index) => valueAt(domain, index / (places - 1)))
  return [...new Set(values)]
}
