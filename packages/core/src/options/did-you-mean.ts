import type { FoundProblem } from './option.ts'

/** The known word nearest to a mistyped one, when it is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    // At least this many letters must be added or removed: a very long word is compared with nothing.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** How many letters must be added, removed, changed or swapped with their neighbour to turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const now = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const steps = [at(now, column - 1) + 1, at(last, column) + 1, at(last, column - 1) + (same ? 0 : 1)]
      now.push(Math.min(...steps, ...(swapped ? [at(before, column - 2) + 1] : [])))
    }
    before = last
    last = now
  }
  return at(last, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.MAX_SAFE_INTEGER

/** The fields of an object of options: one that is forgotten here does not compile. */
export type Fields<Options> = { readonly [Name in keyof Options]-?: true }

/**
 * The fields that do not exist, of an object that came from a caller without types. Their values are left out: a slip may stand before
 * a secret.
 */
export function unknownFields(given: object, known: Readonly<Record<string, unknown>>, place = ''): readonly FoundProblem[] {
  return Object.entries(given)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(known, name))
    .map(([name]) => unknownField(place === '' ? name : `${place}.${name}`, nearest(name, Object.keys(known))))
}

/** A name that is no option, with the one that was meant. */
export const unknownField = (path: string, near: string | undefined): FoundProblem => ({
  path,
  value: undefined,
  message: 'is not an option',
  ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
})
