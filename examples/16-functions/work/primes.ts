/** A part of the numbers. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The prime numbers in a range, `to` not included. */
export function primesIn({ from, to }: Range): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index).filter(isPrime)
}

/** How primes are distributed: the number of them, and the longest stretch without one. */
export async function summary(
  primes: number[],
  options: { round: boolean },
): Promise<{ count: number; longestGap: number; mean: number }> {
  const gaps = primes.slice(1).map((prime, index) => prime - (primes[index] ?? prime))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(gaps.length, 1)
  return { count: primes.length, longestGap: Math.max(0, ...gaps), mean: options.round ? Math.round(mean) : mean }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return number > 1
}
