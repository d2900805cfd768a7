import { appendFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { expect } from 'vitest'

/**
 * Whether all of it runs, which takes half an hour: `node scripts/chaos.mjs`. Else, as in CI, some of it does, chosen by the seed: about
 * three minutes.
 */
export const inFull = process.env['SSM_CHAOS_FULL'] === '1'

/** What a chaos test counts. The last four must be zero. */
export interface Figures {
  /** Processes killed at a chosen moment. */
  readonly kills?: number
  /** Rounds in which several clients started one task at once. */
  readonly races?: number
  /** Archives, keys, names, records, settings and log lines made by an attacker. */
  readonly hostileInputs?: number
  /** Rounds with a full disk, few files, few processes or a wrong clock. */
  readonly shortages?: number
  /** Results, user files or state that were there before and are gone, or wrong, afterwards. */
  readonly lost: number
  /** Files written, or bytes printed, outside the place that was meant for them. */
  readonly escaped: number
  /** Processes, temporary files, locks and machine folders that nobody owns any more. */
  readonly orphaned: number
  /** Commands that did not end, or could not be repeated. */
  readonly stuck: number
}

/** Keeps a suite's figures for the table of `node scripts/chaos.mjs`, and fails when something was lost, escaped, orphaned or stuck. */
export function report(suite: string, figures: Figures, details: readonly string[] = []): void {
  const file = process.env['SSM_CHAOS_FIGURES']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ suite, ...figures })}\n`)
  const { lost, escaped, orphaned, stuck } = figures
  expect({ lost, escaped, orphaned, stuck, details }).toEqual({ lost: 0, escaped: 0, orphaned: 0, stuck: 0, details: [] })
}

/** Numbers that are the same for the same seed: Mulberry32. `SSM_CHAOS_SEED` chooses another one. */
export function random(seed = Number(process.env['SSM_CHAOS_SEED'] ?? 20261126)): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `count` different whole numbers from 1 to `most`, all of them when there are no more, in order. */
export function sample(count: number, most: number, next: () => number): readonly number[] {
  const numbers = Array.from({ length: most }, (_, index) => index + 1)
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1))
    const kept = numbers[at] ?? 0
    numbers[at] = numbers[other] ?? 0
    numbers[other] = kept
  }
  return numbers.slice(0, count).sort((one, two) => one - two)
}

/** Does the work for each item, as many at once as there are processors. */
export async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}
