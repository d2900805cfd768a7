import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict'
import type { ErrorCode } from '../errors/codes.ts'
import { isSsmError } from '../errors/ssm-error.ts'

/** The same value. */
export const equal: (actual: unknown, expected: unknown) => void = strictEqual

/** The same data. */
export const deepEqual: (actual: unknown, expected: unknown) => void = deepStrictEqual

/** A text that the pattern finds something in. */
export const matches = (actual: string | undefined, pattern: RegExp): void => match(actual ?? '', pattern)

/** The fields named here have these values; others are not looked at. */
export function hasFields(actual: unknown, fields: Readonly<Record<string, unknown>>): void {
  const found = Object(actual) as Readonly<Record<string, unknown>>
  deepStrictEqual(Object.fromEntries(Object.keys(fields).map((name) => [name, found[name]])), fields)
}

/** A list with this item, or a text with this part. */
export const includes = <Item>(whole: { includes(part: Item): boolean } | undefined, part: Item): void =>
  ok(whole?.includes(part), `${JSON.stringify(part)} is not part of ${JSON.stringify(whole)}`)

export const isMoreThan = (actual: number | undefined, least: number): void =>
  ok(actual !== undefined && actual > least, `${actual} is not more than ${least}`)

export const isAtLeast = (actual: number | undefined, least: number): void =>
  ok(actual !== undefined && actual >= least, `${actual} is less than ${least}`)

export const isAtMost = (actual: number | undefined, most: number): void =>
  ok(actual !== undefined && actual <= most, `${actual} is more than ${most}`)

/** A rejection whose message has this part. */
export async function rejectsWith(attempt: Promise<unknown>, part: string): Promise<void> {
  await rejects(attempt, (cause: unknown) => {
    includes(String((cause as { readonly message?: unknown } | undefined)?.message), part)
    return true
  })
}

/** A rejection with an error of this library that has one of these codes. */
export async function rejectsWithCode(attempt: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<void> {
  await rejects(attempt, (cause: unknown) => {
    ok(isSsmError(cause), `${String(cause)} is not a PlatformError`)
    includes(codes, cause.code)
    return true
  })
}
