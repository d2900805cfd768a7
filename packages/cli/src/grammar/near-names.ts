import { editDistance } from '@simple-sagemaker/core/options'

// `--lr` is no mistyped `--fr`: names this short differ in every letter.
const shortestCompared = 4

/**
 * The known name that an unknown one was probably meant to be: one slip of the finger away, or two in a very long name. Case and
 * the choice of `-` or `_` are no slips.
 */
export function nearName(name: string, known: Iterable<string>): string | undefined {
  if (name.length < shortestCompared) return undefined
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    if (candidate.length < shortestCompared) continue
    const distance = editDistance(name, candidate)
    const allowed = Math.min(name.length, candidate.length) >= 12 ? 2 : 1
    if (distance <= allowed && distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}
