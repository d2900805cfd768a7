import { messageOf } from '../../lang/json-problem.ts'

/** A document that the program of a job wrote, or why it is not taken. */
export type CheckedJson =
  | { readonly value: unknown; readonly why?: undefined }
  | { readonly why: string; readonly cause?: unknown }

const deepest = 100

/** Reads a document that anybody may have written: no nesting that ends the program, no key that reaches a prototype. */
export function checkedJson(text: string): CheckedJson {
  try {
    const value: unknown = JSON.parse(text)
    const why = unfit(value)
    return why === undefined ? { value } : { why }
  } catch (cause) {
    return { why: messageOf(cause), cause }
  }
}

// Level by level, for the check itself must not end the program either.
function unfit(document: unknown): string | undefined {
  let level = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return `it is nested deeper than ${deepest} levels`
    if (level.some((part) => typeof part === 'object' && part !== null && Object.hasOwn(part, '__proto__')))
      return 'it has a key "__proto__"'
    level = level.flatMap((part): unknown[] => (typeof part === 'object' && part !== null ? Object.values(part) : []))
  }
  return undefined
}
