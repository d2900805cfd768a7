/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

// A program that always starts again from nothing would otherwise hardly ever come to its end.
const mostInARow = 5

/** When the machines of one run are taken away, in seconds after each start of its program. */
export function momentsOf(random: () => number, left: number, seconds: number): readonly number[] {
  return Array.from({ length: Math.min(left, mostInARow) }, () => (0.05 + 0.9 * random()) * seconds)
}
