/** Pauses that grow: `firstMs`, doubled each time up to `mostMs`, each shortened at random by up to half (`random` in 0…1). */
export function* growingPauses(firstMs: number, mostMs: number, random: () => number = Math.random): Generator<number, never> {
  for (let pauseMs = firstMs; ; pauseMs = Math.min(pauseMs * 2, mostMs)) yield pauseMs * (1 - random() / 2)
}
