import type { Text } from '../errors/wording.ts'
import { messageOf } from '../lang/json-problem.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { durationHint, secondsOf, type Duration } from '../time/duration.ts'
import { nearest } from './did-you-mean.ts'
import { make, type About, type Option, type FoundProblem } from './option.ts'

/** A switch. */
export function flag<
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [on?: boolean],
  Fallback extends boolean | undefined = undefined,
>(about: About<boolean, Kind, Args, Fallback>): Option<boolean, Kind, Args, Fallback> {
  return make(about, { args: [], read: () => true }, onByDefault, (value, path) =>
    typeof value === 'boolean' ? [] : [{ path, value, message: 'must be true or false', hint: 'Write it without quotes.' }],
  )
}

/** A whole number between two limits. */
export function count<
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [count: number],
  Fallback extends number | undefined = undefined,
>(
  about: About<number, Kind, Args, Fallback> & {
    /** The least it may be. */
    readonly from: number
    /** The most it may be. */
    readonly to: number
    /** What to do when it is outside. */
    readonly hint?: string
  },
): Option<number, Kind, Args, Fallback> {
  const { from, to, hint: ownHint } = about
  const hintFor = (value: unknown): string =>
    typeof value === 'number' ? `Write a whole number from ${from} to ${to}.` : `Write a number without quotes, such as ${from}.`
  return make(about, { args: ['N'], read: (given) => Number(lastOf(given)) }, identity, (value, path) =>
    Number.isInteger(value) && value >= from && value <= to
      ? []
      : [{ path, value, message: `must be a whole number from ${from} to ${to}`, hint: ownHint ?? hintFor(value) }],
  )
}

/** One line of text, by length and pattern. */
export function text<
  Value extends string = string,
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [text: Value],
  Fallback extends Value | undefined = undefined,
>(
  about: About<Value, Kind, Args, Fallback> & {
    /** The most characters it may have. */
    readonly longest: number
    /** What it must match. */
    readonly pattern?: RegExp
    /** What it must look like, in words. */
    readonly shape: string
    /** What to do when it does not. */
    readonly hint?: Text | ((value: unknown) => Text)
    /** What is wrong with a text of the right shape. */
    readonly check?: (text: string) => Pick<FoundProblem, 'message' | 'hint'> | undefined
  },
): Option<Value, Kind, Args, Fallback> {
  const { longest, pattern, shape, hint: hintFor = fixText, check } = about
  return make(about, { args: ['TEXT'], read: (given) => lastOf(given) as Value }, identity, (value, path) => {
    const hint = typeof hintFor === 'function' ? hintFor(value) : hintFor
    const hasShape = typeof value === 'string' && value.length > 0 && value.length <= longest && (pattern?.test(value) ?? true)
    if (!hasShape) return [{ path, value, message: `must be ${shape}, at most ${longest} characters`, hint }]
    const wrong = check?.(value)
    return wrong === undefined ? [] : [{ path, value, hint, ...wrong }]
  })
}

/** One of a few texts. */
export function oneOf<
  const Choice extends string,
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [choice: Choice],
  Fallback extends Choice | undefined = undefined,
>(
  about: About<Choice, Kind, Args, Fallback> & {
    /** The values it may have. */
    readonly choices: readonly Choice[]
  },
): Option<Choice, Kind, Args, Fallback> {
  const { choices } = about
  const read = (given: readonly (readonly string[])[]): Choice => lastOf(given) as Choice
  const made = make(about, { args: ['CHOICE'], read }, identity, (value, path) =>
    choices.includes(value)
      ? []
      : [{ path, value, message: `must be one of ${choices.join(', ')}`, hint: choiceHint(value, choices) }],
  )
  return { ...made, choices }
}

/** A span of time between two limits. On the command line a plain number counts `flagUnit`s, by default minutes. */
export function duration<
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [duration: Duration],
  Fallback extends Duration | undefined = undefined,
>(
  about: About<Duration, Kind, Args, Fallback> & {
    /** The shortest it may be. */
    readonly fromSeconds: number
    /** The longest it may be. */
    readonly toSeconds: number
    /** Both limits in words. */
    readonly span: string
    /** What a plain number counts on the command line; default minutes. */
    readonly flagUnit?: 'seconds' | 'minutes'
  },
): Option<Duration, Kind, Args, Fallback> {
  const { fromSeconds, toSeconds, span, flagUnit = 'minutes' } = about
  const read = (given: readonly (readonly string[])[]): Duration => {
    const text = lastOf(given)
    return /^\d+(\.\d+)?$/.test(text) ? (`${text} ${flagUnit}` as Duration) : (text as Duration)
  }
  return make(about, { args: ['DURATION'], read }, identity, (value, path) => {
    const seconds = secondsOf(value)
    if (seconds === undefined) return [{ path, value, message: `must be a duration from ${span}`, hint: durationHint(value) }]
    if (seconds >= fromSeconds && seconds <= toSeconds) return []
    return [{ path, value, message: `must be from ${span}`, hint: `Choose a duration from ${span}.` }]
  })
}

/** What is wrong with one entry; `at` is where in its value: `''`, or as `.layers[0]`. */
interface EntryProblem {
  readonly at?: string
  readonly message: string
  readonly hint?: Text
}

/** Names with values, each checked. On the command line: `--tag KEY VALUE`, repeatable. */
export function pairs<
  Value,
  const Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = [values: Readonly<Record<string, Value>>],
>(
  about: About<Readonly<Record<string, Value>>, Kind, Args, undefined> & {
    readonly most: number
    readonly read: (text: string) => Value
    readonly entry: (name: string, value: Value) => EntryProblem | undefined
  },
): Option<Readonly<Record<string, Value>>, Kind, Args, Readonly<Record<string, Value>>> {
  const { most, entry } = about
  const read = (given: readonly (readonly string[])[]): Record<string, Value> =>
    Object.fromEntries(given.map(([name = '', value = '']) => [name, about.read(value)]))
  const made = make<Readonly<Record<string, Value>>, Kind, Args, Readonly<Record<string, Value>>>(
    { ...about, default: {} },
    { args: ['KEY', 'VALUE'], read, repeat: true },
    identity,
    (value, path) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return [{ path, value, message: 'must be an object of names and values', hint: `Write { ${path}: { name: … } }.` }]
      const names = Object.keys(value)
      const tooMany: readonly FoundProblem[] =
        names.length > most
          ? [{ path, value: names.length, message: `must have at most ${most} entries`, hint: 'Leave out what is not needed.' }]
          : []
      const wrong = names.flatMap((name) => {
        const given = readOf(value, name)
        const problem = 'message' in given ? given : entry(name, given.value)
        if (problem === undefined) return []
        const { at = '', message, hint = fixEntry }: EntryProblem = problem
        return [{ path: `${path}.${name}${at}`, value: given.value, message, hint }]
      })
      return [...tooMany, ...wrong]
    },
  )
  return { ...made, adds: true }
}

/** Texts in order. */
export function list<const Kind extends JobKind = JobKind, Args extends readonly unknown[] = [entries: readonly string[]]>(
  about: About<readonly string[], Kind, Args, undefined> & {
    /** The fewest entries it may have; default 0. */
    readonly least?: number
    /** The most entries it may have. */
    readonly most: number
    /** What is wrong with an entry; `undefined` when nothing. */
    readonly entry: (text: string) => string | undefined
  },
): Option<readonly string[], Kind, Args, readonly string[]> {
  const { least = 0, most, entry } = about
  return make<readonly string[], Kind, Args, readonly string[]>(
    { ...about, default: [] },
    { args: ['TEXT...'], read: (given) => given.flat() },
    identity,
    (value, path) => {
      if (!Array.isArray(value))
        return [{ path, value, message: 'must be a list of texts', hint: `Write { ${path}: ['…', '…'] }.` }]
      const size: readonly FoundProblem[] =
        value.length < least || value.length > most
          ? [
              {
                path,
                value: value.length,
                message: `must have ${least} to ${most} entries`,
                hint: 'Leave out what is not needed.',
              },
            ]
          : []
      // By index, because a hole in a list would be passed over.
      const wrong = Array.from({ length: value.length }, (_, index) => index).flatMap((index) => {
        const given = readOf(value, index)
        const item: unknown = given.value
        const message = 'message' in given ? given.message : typeof item === 'string' ? entry(item) : 'must be a text'
        return message === undefined ? [] : [{ path: `${path}[${index}]`, value: item, message, hint: fixEntry }]
      })
      return [...size, ...wrong]
    },
  )
}

const fixEntry = 'Fix or leave out this entry.'
const fixText: Text = {
  library: 'Write it as a text in quotes, or leave the option out.',
  commandLine: 'Fix it, or leave the option out.',
}

/** An entry of what was given, or why it cannot be read: a getter may throw. */
function readOf<Given extends object, Key extends keyof Given>(
  given: Given,
  key: Key,
): { readonly value: Given[Key] } | { readonly value: undefined; readonly message: string } {
  try {
    return { value: given[key] }
  } catch (cause) {
    return { value: undefined, message: `cannot be read: ${messageOf(cause)}` }
  }
}

// Of a switch the value may be left out.
function onByDefault(on?: boolean): boolean {
  return on ?? true
}

const identity = <Value>(value: Value): Value => value

function choiceHint(value: unknown, choices: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  return near === undefined ? 'Choose one of these.' : `Did you mean ${near}?`
}

const lastOf = (given: readonly (readonly string[])[]): string => given.at(-1)?.[0] ?? ''
