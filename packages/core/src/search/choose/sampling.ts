import type { Space, Values } from '../space.ts'

/** Ways to choose the values of the next trial, the usual one first. */
export const strategies = ['bayes', 'grid', 'random'] as const

/** How the values of the next trial are chosen. */
export type Strategy = (typeof strategies)[number]

/** A trial as those who choose the next one see it. */
export interface Observation {
  readonly values: Values
  /** What is to be made small: the metric, with its sign turned for one to be made large. Absent: it runs, or failed. */
  readonly loss?: number
  /** How many values of the metric it reported; those of a trial that was stopped early count less than an end. */
  readonly steps: number
  readonly status: 'running' | 'completed' | 'stopped-early' | 'failed'
}

/** What to search, and how. */
export interface Sampling {
  readonly space: Space
  readonly by: Strategy
  readonly seed: number
  /** How many trials there may be: a grid is as fine as this allows. */
  readonly trials: number
}
