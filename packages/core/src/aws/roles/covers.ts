import { isDeepStrictEqual } from 'node:util'
import { listOf, type Condition, type PolicyDocument, type Statement } from './policy-document.ts'

/** Whether all that one policy allows is allowed by the other one, too. What the other one denies is not looked at. */
export function covers(held: PolicyDocument, needed: PolicyDocument): boolean {
  return missingFrom(held, needed).length === 0
}

/** The needed statements, reduced to what is not held. */
export function missingFrom(held: PolicyDocument, needed: PolicyDocument): readonly Statement[] {
  const allowing = held.Statement.filter(isPlainAllow)
  return needed.Statement.flatMap((statement) => {
    const isHeld = (action: string, resource: string): boolean =>
      allowing.some(
        (other) =>
          other.Action.some((pattern) => patternCovers(pattern.toLowerCase(), action.toLowerCase())) &&
          other.Resource.some((pattern) => patternCovers(pattern, resource)) &&
          isImplied(other.Condition, statement.Condition),
      )
    const Action = statement.Action.filter((action) => statement.Resource.some((resource) => !isHeld(action, resource)))
    const Resource = statement.Resource.filter((resource) => Action.some((action) => !isHeld(action, resource)))
    return Action.length === 0 ? [] : [{ ...statement, Action, Resource }]
  })
}

/** `NotAction` and `NotResource` are left to IAM: what they allow is not guessed. */
export const isPlainAllow = (statement: Statement): boolean =>
  statement.Effect === 'Allow' && Array.isArray(statement.Action) && Array.isArray(statement.Resource)

/** Whether a condition always holds where the needed one does: there is none, the same, or wider patterns of the same key. */
function isImplied(held: Condition | undefined, needed: Condition | undefined): boolean {
  return Object.entries(held ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const wanted = needed?.[operator]?.[key]
      if (wanted === undefined) return false
      const patterns = listOf<string>(values)
      if (operator !== 'StringLike') return isDeepStrictEqual(new Set(patterns), new Set(listOf<string>(wanted)))
      return listOf<string>(wanted).every((value) => patterns.some((pattern) => patternCovers(pattern, value)))
    }),
  )
}

/** Whether everything that one IAM pattern matches is matched by the other, wider one. */
export function patternCovers(wide: string, narrow: string): boolean {
  const [pattern, text] = [tokensOf(wide), tokensOf(narrow)]
  let [at, read, star, resume] = [0, 0, -1, 0]
  // The usual way with one star remembered: no pattern makes it slow.
  while (read < text.length) {
    if (pattern[at] === any) [star, at, resume] = [at, at + 1, read]
    else if (at < pattern.length && covered(pattern[at], text[read])) [at, read] = [at + 1, read + 1]
    else if (star >= 0) [at, resume, read] = [star + 1, resume + 1, resume + 1]
    else return false
  }
  return pattern.slice(at).every((token) => token === any)
}

const any = Symbol('*')
const one = Symbol('?')
type Token = typeof any | typeof one | string

const covered = (pattern: Token | undefined, text: Token | undefined): boolean =>
  pattern === text || (pattern === one && text !== any)

const tokensOf = (text: string): readonly Token[] =>
  Array.from(
    text.matchAll(/\$\{([*?$])\}|[^]/g),
    ([sign, escaped]) => escaped ?? (sign === '*' ? any : sign === '?' ? one : sign),
  )
