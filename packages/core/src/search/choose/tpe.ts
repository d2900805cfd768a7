import { normal, seeded, type Random } from './random.ts'
import type { Observation, Sampling } from './sampling.ts'
import { placeInRange, valueAt, valuesKey, type Domain, type Space, type Values } from '../space.ts'

/*
 * The tree-structured Parzen estimator: the trials are split into few good ones and all others; each group is a mixture of a kernel
 * around each trial and a wide one; of values drawn from the good ones those are tried that the others make least likely.
 */

const startTrials = 10
const candidates = 24
// Of a kernel, in parts of a range.
const narrowest = 0.01
const widest = 0.3

/** Values of a trial as numbers: the place in a range, the index of a choice. */
type Point = readonly number[]

interface Mixture {
  readonly points: readonly Point[]
  /** The deviation of the kernels in each range. */
  readonly widths: readonly number[]
}

/** Draws values from what the observations tell. The first trials are spread evenly, for there is nothing to learn from yet. */
export function bayes({ space, seed }: Sampling, number: number, seen: readonly Observation[], random: Random): () => Values {
  const ended = seen.filter(({ status }) => status !== 'running')
  const domains = Object.values(space)
  if (ended.length < startTrials) return spread(space, number, seed, random)
  const { good, others } = split(seen)
  const [near, far] = [mixtureOf(good, space), mixtureOf(others, space)]
  return () => {
    let best: { readonly point: Point; readonly score: number } | undefined
    for (let drawn = 0; drawn < candidates; drawn += 1) {
      const point = drawFrom(near, domains, random)
      const score = logDensity(near, domains, point) - logDensity(far, domains, point)
      if (best === undefined || score > best.score) best = { point, score }
    }
    return valuesAt(space, best?.point ?? [])
  }
}

/** Evenly spread over the space: a sequence of little discrepancy, moved by the seed. A second draw is random. */
function spread(space: Space, number: number, seed: number, random: Random): () => Values {
  const names = Object.keys(space)
  const shift = seeded(seed, -2)
  const shifts = names.map(() => shift())
  // The root of x ** (d + 1) = x + 1: its powers are far from all ratios of small numbers.
  let root = 2
  for (let round = 0; round < 50; round += 1) root = (1 + root) ** (1 / (names.length + 1))
  let draws = 0
  return () => {
    const first = draws === 0
    draws += 1
    return valuesAt(
      space,
      Object.values(space).map((domain, index) => {
        const place = first ? ((shifts[index] ?? 0) + (number + 1) / root ** (index + 1)) % 1 : random()
        return domain.kind === 'range' ? place : Math.min(domain.values.length - 1, Math.floor(place * domain.values.length))
      }),
    )
  }
}

/** The tenth that did best, and all others; running ones are among these, so that the next trial goes elsewhere. */
function split(seen: readonly Observation[]): { readonly good: readonly Observation[]; readonly others: readonly Observation[] } {
  const ended = seen.filter(({ status }) => status !== 'running').toSorted(byRank)
  const count = Math.min(Math.ceil(0.1 * ended.length), 25)
  return { good: ended.slice(0, count), others: [...ended.slice(count), ...seen.filter(({ status }) => status === 'running')] }
}

function byRank(one: Observation, other: Observation): number {
  const group = ({ status, loss }: Observation): number => (loss === undefined ? 2 : status === 'completed' ? 0 : 1)
  if (group(one) !== group(other)) return group(one) - group(other)
  // Of those that were stopped, whoever came further did better.
  if (group(one) === 1 && one.steps !== other.steps) return other.steps - one.steps
  return (one.loss ?? 0) - (other.loss ?? 0)
}

function mixtureOf(seen: readonly Observation[], space: Space): Mixture {
  const points = seen.map(({ values }) => pointOf(space, values))
  const domains = Object.values(space)
  const ranges = domains.filter(({ kind }) => kind === 'range').length
  const count = Math.max(1, points.length)
  const shrink = count ** (-1 / (ranges + 4))
  const widths = domains.map((_, index) => Math.min(widest, Math.max(narrowest, deviation(points, index) * shrink)))
  return { points, widths }
}

/** How far the places of the trials lie from each other, with the middle of the range as one more of them. */
function deviation(points: readonly Point[], index: number): number {
  const places = points.map((point) => point[index] ?? 0)
  const mean = places.reduce((sum, place) => sum + place, 0.5) / (places.length + 1)
  const squares = places.reduce((sum, place) => sum + (place - mean) ** 2, 1 / 12)
  return Math.sqrt(squares / (places.length + 1))
}

function pointOf(space: Space, values: Values): Point {
  return Object.entries(space).map(([name, domain]) => {
    const value = values[name]
    if (domain.kind === 'range') return placeInRange(domain, Number(value))
    const key = valuesKey({ value: value ?? null })
    return domain.values.findIndex((each) => valuesKey({ value: each }) === key)
  })
}

function valuesAt(space: Space, point: Point): Values {
  return Object.fromEntries(
    Object.entries(space).map(([name, domain], index) => {
      const at = point[index] ?? 0
      return [name, domain.kind === 'range' ? valueAt(domain, at) : (domain.values[at] ?? null)]
    }),
  )
}

/** One kernel of all, the wide one included, is chosen; then each hyperparameter is drawn from it. */
function drawFrom({ points, widths }: Mixture, domains: readonly Domain[], random: Random): Point {
  const center = points[Math.floor(random() * (points.length + 1))]
  return domains.map((domain, index) => {
    const at = center?.[index]
    if (domain.kind === 'choice') {
      const stays = at !== undefined && at >= 0 && random() < stayOf(points.length)
      return stays ? at : Math.floor(random() * domain.values.length)
    }
    return at === undefined ? random() : truncated(at, widths[index] ?? 1, random)
  })
}

/** How much of a kernel's weight lies on the choice of its trial; the rest lies on all choices alike. */
const stayOf = (count: number): number => (count + 1) / (count + 2)

function truncated(center: number, width: number, random: Random): number {
  for (let draws = 0; draws < 100; draws += 1) {
    const place = center + width * normal(random)
    if (place >= 0 && place <= 1) return place
  }
  return Math.min(1, Math.max(0, center))
}

function logDensity({ points, widths }: Mixture, domains: readonly Domain[], point: Point): number {
  const logs = points.map((center) =>
    domains.reduce((sum, domain, index) => sum + logKernel(domain, center, point, index, points.length, widths[index] ?? 1), 0),
  )
  const wide = domains.reduce((sum, domain) => sum - (domain.kind === 'choice' ? Math.log(domain.values.length) : 0), 0)
  const all = [...logs, wide]
  const largest = Math.max(...all)
  return largest + Math.log(all.reduce((sum, log) => sum + Math.exp(log - largest), 0) / all.length)
}

function logKernel(domain: Domain, center: Point, point: Point, index: number, count: number, width: number): number {
  const [middle, at] = [center[index] ?? 0, point[index] ?? 0]
  if (domain.kind === 'choice') {
    const stays = stayOf(count)
    return Math.log((middle === at ? stays : 0) + (1 - stays) / domain.values.length)
  }
  const inside = cumulative((1 - middle) / width) - cumulative(-middle / width)
  return -0.5 * ((at - middle) / width) ** 2 - Math.log(width * Math.sqrt(2 * Math.PI) * inside)
}

/** The normal distribution's share below a value; Abramowitz and Stegun 7.1.26, exact to seven digits. */
function cumulative(value: number): number {
  const at = Math.abs(value) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * at)
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-at * at)
  return value < 0 ? tail / 2 : 1 - tail / 2
}
