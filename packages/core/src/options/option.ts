import type { JobKind } from '../spec/job-kind.ts'
import { secondsOf, type Duration } from '../time/duration.ts'
import { nearest } from './did-you-mean.ts'

/** One thing that is wrong with a task: where, what was given, what is allowed, and what to do. */
export interface Problem {
  /** The word or field: `instanceCount`, `env.TOKEN`, `inputs[1].channel`. */
  readonly path: string
  readonly value: unknown
  readonly message: string
  readonly hint?: string
}

/** How an option is said on the command line. */
export interface Flag<Value> {
  /** Long and short names, the original's first: `['instance_type', 'it']`. One letter is `-t`, more are `--it`. */
  readonly names: readonly string[]
  /** Names that say the opposite of a switch: `['no_spot']`. */
  readonly off?: readonly string[]
  /** Its values: `'TYPE'` needed, `'[TYPE]'` optional, `'NAME...'` one or more. None for a switch. */
  readonly args: readonly string[]
  /** Whether it may be given more than once. */
  readonly repeat?: boolean
  /** Turns the texts of every time it was given into the option's value. */
  readonly read: (given: readonly (readonly string[])[]) => Value
}

/** One option, said once: it becomes the word, the flag, the check and the docs. */
export interface Option<Value> {
  /** One sentence of effect; equals the first line of the word's docstring. */
  readonly summary: string
  /** The AWS field it moves, or what of ours. */
  readonly source: string
  readonly kinds: readonly JobKind[]
  /** The default, in words. */
  readonly default?: string
  /** What is wrong with a value, `[]` when nothing; `path` is the option's own name. */
  readonly problems: (value: Value, path: string) => readonly Problem[]
  /** The words it may be, when they are few. */
  readonly choices?: readonly string[]
  readonly flag?: Flag<Value>
}

export type ValueOf<O> = O extends Option<infer Value> ? Value : never

interface About<Value> {
  readonly summary: string
  readonly source: string
  readonly kinds?: readonly JobKind[]
  readonly default?: string
  readonly flag?: Omit<Flag<Value>, 'read' | 'args'> & { readonly args?: readonly string[] }
}

export const bothKinds: readonly JobKind[] = ['training', 'processing']
export const trainingOnly: readonly JobKind[] = ['training']

/** A switch. */
export function flag(about: About<boolean>): Option<boolean> {
  return make(about, { args: [], read: () => true }, (value, path) =>
    typeof value === 'boolean' ? [] : [{ path, value, message: 'must be true or false', hint: 'Write it without quotes.' }],
  )
}

/** A whole number between two limits. */
export function count(
  about: About<number> & { readonly from: number; readonly to: number; readonly hint?: string },
): Option<number> {
  const { from, to, hint = `Write a number without quotes, such as ${from}.` } = about
  return make(about, { args: ['N'], read: (given) => Number(lastOf(given)) }, (value, path) =>
    Number.isInteger(value) && value >= from && value <= to
      ? []
      : [{ path, value, message: `must be a whole number from ${from} to ${to}`, hint }],
  )
}

/** One line of text, by length and pattern. */
export function text(
  about: About<string> & { readonly longest: number; readonly pattern?: RegExp; readonly shape: string; readonly hint?: string },
): Option<string> {
  const { longest, pattern, shape, hint = 'Write it as a text in quotes, or leave the word out.' } = about
  return make(about, { args: ['TEXT'], read: lastOf }, (value, path) =>
    typeof value === 'string' && value.length > 0 && value.length <= longest && (pattern?.test(value) ?? true)
      ? []
      : [{ path, value, message: `must be ${shape}, at most ${longest} characters`, hint }],
  )
}

/** One of a few words. */
export function oneOf<const Choice extends string>(
  about: About<Choice> & { readonly choices: readonly Choice[] },
): Option<Choice> {
  const { choices } = about
  const made = make<Choice>(about, { args: ['CHOICE'], read: (given) => lastOf(given) as Choice }, (value, path) =>
    choices.includes(value)
      ? []
      : [{ path, value, message: `must be one of ${choices.join(', ')}`, hint: choiceHint(value, choices) }],
  )
  return { ...made, choices }
}

/** A span of time between two limits. On the command line a plain number counts `flagUnit`s, minutes unless said. */
export function duration(
  about: About<Duration> & {
    readonly fromSeconds: number
    readonly toSeconds: number
    readonly span: string
    readonly flagUnit?: 'seconds' | 'minutes'
  },
): Option<Duration> {
  const { fromSeconds, toSeconds, span, flagUnit = 'minutes' } = about
  const read = (given: readonly (readonly string[])[]): Duration => {
    const said = lastOf(given)
    return /^\d+(\.\d+)?$/.test(said) ? (`${said} ${flagUnit}` as Duration) : (said as Duration)
  }
  return make(about, { args: ['DURATION'], read }, (value, path) => {
    const seconds = secondsOf(value)
    const hint = "Write a number and a unit: '90 seconds', '30 minutes', '24 hours'."
    if (seconds === undefined) return [{ path, value, message: `must be a duration from ${span}`, hint }]
    return seconds >= fromSeconds && seconds <= toSeconds ? [] : [{ path, value, message: `must be from ${span}`, hint }]
  })
}

/** Names with values, each checked. On the command line: `--tag KEY VALUE`, repeatable. */
export function pairs<Value>(
  about: About<Readonly<Record<string, Value>>> & {
    readonly most: number
    readonly read: (text: string) => Value
    readonly entry: (name: string, value: Value) => { readonly message: string; readonly hint?: string } | undefined
  },
): Option<Readonly<Record<string, Value>>> {
  const { most, entry } = about
  const read = (given: readonly (readonly string[])[]): Record<string, Value> =>
    Object.fromEntries(given.map(([name = '', value = '']) => [name, about.read(value)]))
  return make(about, { args: ['KEY', 'VALUE'], read, repeat: true }, (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [{ path, value, message: 'must be an object of names and values', hint: `Write { ${path}: { name: … } }.` }]
    const names = Object.keys(value)
    const tooMany: readonly Problem[] =
      names.length > most
        ? [{ path, value: names.length, message: `must have at most ${most} entries`, hint: 'Leave out what is not needed.' }]
        : []
    const wrong = names.flatMap((name) => {
      const problem = entry(name, value[name] as Value)
      return problem === undefined
        ? []
        : [{ path: `${path}.${name}`, value: value[name], hint: 'Mend or leave out this entry.', ...problem }]
    })
    return [...tooMany, ...wrong]
  })
}

/** Texts in order. */
export function list(
  about: About<readonly string[]> & {
    readonly least?: number
    readonly most: number
    readonly entry: (text: string) => string | undefined
  },
): Option<readonly string[]> {
  const { least = 0, most, entry } = about
  return make<readonly string[]>(about, { args: ['TEXT...'], read: (given) => given.flat() }, (value, path) => {
    if (!Array.isArray(value))
      return [{ path, value, message: 'must be a list of texts', hint: `Write { ${path}: ['…', '…'] }.` }]
    const size: readonly Problem[] =
      value.length < least || value.length > most
        ? [{ path, value: value.length, message: `must have ${least} to ${most} entries`, hint: 'Leave out what is not needed.' }]
        : []
    // A copy, because a hole in a list would be passed over.
    const wrong = Array.from(value).flatMap((item: unknown, index) => {
      const message = typeof item === 'string' ? entry(item) : 'must be a text'
      return message === undefined
        ? []
        : [{ path: `${path}[${index}]`, value: item, message, hint: 'Mend or leave out this entry.' }]
    })
    return [...size, ...wrong]
  })
}

function make<Value>(
  about: About<Value>,
  said: Pick<Flag<Value>, 'args' | 'read' | 'repeat'>,
  problems: Option<Value>['problems'],
): Option<Value> {
  const shared = { summary: about.summary, source: about.source, kinds: about.kinds ?? bothKinds, problems }
  const known = about.default === undefined ? shared : { ...shared, default: about.default }
  return about.flag === undefined ? known : { ...known, flag: { ...said, ...about.flag } }
}

function choiceHint(value: unknown, choices: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  return near === undefined ? 'Choose one of these.' : `Did you mean ${near}?`
}

const lastOf = (given: readonly (readonly string[])[]): string => given.at(-1)?.[0] ?? ''
