/** Where in a value something lies that JSON would refuse, leave out or change in silence, and what it is. */
export interface JsonProblem {
  /** `''`, or as `.layers[0].size`. */
  readonly at: string
  readonly message: string
  readonly hint?: string
}

/** What a caller refuses of its own. */
export type RefusePart = (part: unknown) => { readonly message: string; readonly hint?: string } | undefined

/** The first part of a value that JSON cannot say as it is; `undefined` when there is none. */
export function jsonProblem(value: unknown, refuse: RefusePart = () => undefined): JsonProblem | undefined {
  // The path of every part by its holder; the last one that was looked at is where JSON gave up.
  const paths = new Map<unknown, string>()
  let last = ''
  let found: JsonProblem | undefined
  try {
    const text = JSON.stringify(value, function (this: unknown, key: string, part: unknown) {
      const holder = paths.get(this)
      last = holder === undefined ? '' : `${holder}${Array.isArray(this) ? `[${key}]` : `.${key}`}`
      if (typeof part === 'object' && part !== null && !paths.has(part)) paths.set(part, last)
      // What it was before its own toJSON: a date would become a text in silence.
      const given = (this as Readonly<Record<string, unknown>>)[key]
      const problem = refuse(given) ?? partProblem(given, part, Array.isArray(this))
      if (problem !== undefined) found ??= { at: last, ...problem }
      return part
    }) as string | undefined
    return text === undefined ? (found ?? { at: '', message: notJson }) : found
  } catch (cause) {
    return found ?? thrownProblem(cause, last)
  }
}

const notJson = 'must be text, a number, true, false, null, or JSON made of these'

function partProblem(given: unknown, part: unknown, isInList: boolean): { readonly message: string } | undefined {
  if (typeof part === 'number' && !Number.isFinite(part)) return { message: `must not hold ${part}: JSON has no word for it` }
  if (typeof part === 'bigint') return { message: 'must not hold a bigint: JSON has no word for it; write it as text' }
  if (part === undefined && isInList) return { message: 'must not be undefined in a list: JSON has no word for it; use null' }
  if (typeof part === 'function' || typeof part === 'symbol') return { message: notJson }
  return typeof given === 'object' && given !== null ? instanceProblem(given) : undefined
}

/** Of an instance of a class JSON keeps some fields, or none: a `Map` becomes `{}`. */
function instanceProblem(given: object): { readonly message: string } | undefined {
  if (Array.isArray(given)) return undefined
  const prototype: unknown = Object.getPrototypeOf(given)
  // The plain object of another realm has a prototype that has none.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined
  const tag = Object.prototype.toString.call(given).slice('[object '.length, -1)
  const name: unknown = (given as { readonly constructor?: { readonly name?: unknown } }).constructor?.name
  const what = tag === 'Object' && typeof name === 'string' && name !== '' ? name : tag
  return { message: `must not hold an instance of ${what}: JSON does not carry it; use text, numbers, lists and plain objects` }
}

function thrownProblem(cause: unknown, last: string): JsonProblem {
  const why = messageOf(cause)
  if (/circular|cyclic/i.test(why)) return { at: last, message: 'holds itself: JSON has no word for that' }
  if (/call stack|recursion/i.test(why)) return { at: '', message: 'lies too deep: JSON of that depth cannot be written' }
  return { at: '', message: `cannot be read: ${why}` }
}

/** What a thrown value says. */
export function messageOf(cause: unknown): string {
  try {
    return String((cause as { readonly message?: unknown } | undefined)?.message ?? cause)
  } catch {
    return 'its getter throws'
  }
}
