import type { Text } from '../errors/wording.ts'
import type { JobKind } from '../spec/job-kind.ts'

/** One thing that is wrong with a task: where, what was given, what is allowed, and what to do. */
export interface Problem {
  /** The option or field: `instanceCount`, `env.TOKEN`, `inputs[1].channel`. */
  readonly path: string
  /** What was given there. */
  readonly value: unknown
  /** What is wrong with it, to be read after the path. */
  readonly message: string
  /** What to do instead. */
  readonly hint?: string
}

/** A problem as it is found: what to do may differ between a program and a command line. */
export interface FoundProblem extends Omit<Problem, 'hint'> {
  /** What to do instead. */
  readonly hint?: Text
}

/** A problem that names other options: by their names in a program, by their flags on the command line. */
export interface NamedProblem extends Omit<FoundProblem, 'message'> {
  /** What is wrong, to be read after the place. */
  readonly message: Text
  /** The place as a reader knows it, when that is not the path: an option by its flag. */
  readonly place?: Text
  /** Where the value came from, when the task itself does not say it. */
  readonly from?: Text
}

/** How an option is given on the command line. */
export interface Flag<Value> {
  /** Long and short names, the original's first: `['instance_type', 'it']`. One letter is `-t`, more are `--it`. */
  readonly names: readonly string[]
  /** Names that mean the opposite of a switch: `['no_spot']`. */
  readonly off?: readonly string[]
  /** Its values: `'TYPE'` needed, `'[TYPE]'` optional, `'NAME...'` one or more. None for a switch. */
  readonly args: readonly string[]
  /** Whether it may be given more than once. */
  readonly repeat?: boolean
  /** Turns the texts of every time it was given into the option's value. */
  readonly read: (given: readonly (readonly string[])[]) => Value
}

/** An option's value when nobody sets it: a value, or a function of the task's kind and its other options, defaults filled in. */
export type Default<Value> = Value | ((kind: JobKind, options: never) => Value)

/**
 * One option as one record. The methods of a task, the fields of `with` and `defaults`, the flags, checks, defaults and
 * printed pages are derived from it.
 */
export interface Option<
  Value,
  Kind extends JobKind = JobKind,
  Args extends readonly unknown[] = readonly unknown[],
  Fallback extends Value | undefined = Value | undefined,
> {
  /** One sentence of effect; equals the first line of the option's docstring. */
  readonly summary: string
  /** The AWS field it changes, or the part of this library. */
  readonly source: string
  /** The kinds of tasks that have it. */
  readonly kinds: readonly Kind[]
  /** Whether it has no effect on this computer, or none for a process: the local platform gives a warning. */
  readonly ignoredLocally: boolean | 'processes'
  /** What holds when it is not set; absent when nothing does. */
  readonly default?: Default<Fallback>
  /** The default in words, where evaluating it would not say enough. */
  readonly defaultText?: string
  /** The parameters of the task's method of this name, and the option's value made from them. */
  readonly method: (...args: Args) => Value
  /** Whether a later value adds its entries to an earlier one; otherwise it replaces it. */
  readonly adds: boolean
  /** What is wrong with a value, `[]` when nothing; `path` is the option's own name. */
  readonly problems: (value: Value, path: string) => readonly FoundProblem[]
  /** The values it may have, when they are few. */
  readonly choices?: readonly string[]
  /** How the command line takes it; absent when it does not. */
  readonly flag?: Flag<Value>
}

/** An option as help and guides show it, whatever the type of its value. */
export interface AnyOption extends Pick<Option<never>, 'summary' | 'source' | 'kinds' | 'defaultText' | 'choices' | 'problems'> {
  /** What holds when it is not set. */
  readonly default?: unknown
  /** How the command line takes it. */
  readonly flag?: Flag<unknown>
}

/** The value that an option holds. */
export type ValueOf<O> = O extends { readonly method: (...args: never) => infer Value } ? Value : never
/** The kinds of tasks that have an option. */
export type KindsOf<O> = O extends { readonly kinds: readonly (infer Kind)[] } ? Kind : never
/** The parameters of an option's method, by name. */
export type ParametersOf<O> = O extends { readonly method: (...args: infer Args) => unknown } ? Args : never
/** An option's value once defaults are filled in. */
export type ResolvedValueOf<O> =
  O extends Option<infer Value, JobKind, infer _Args, infer Fallback>
    ? undefined extends Fallback
      ? Value | undefined
      : Value
    : never

/** What is said about an option when it is made; the rest depends on the type of its value. */
export interface About<Value, Kind extends JobKind, Args extends readonly unknown[], Fallback extends Value | undefined> {
  /** One sentence of effect; equals the first line of the option's docstring. */
  readonly summary: string
  /** The AWS field it changes, or the part of this library. */
  readonly source: string
  /** Whether the local platform cannot honour it: never, or only in containers. */
  readonly ignoredLocally?: true | 'processes'
  /** Default: both kinds. */
  readonly kinds?: readonly Kind[]
  /** What holds when it is not set. */
  readonly default?: Default<Fallback>
  /** The default in words, where evaluating it would not say enough. */
  readonly defaultText?: string
  /** Names the parameters of the task's method: `(attempts: number) => attempts`. */
  readonly method?: (...args: Args) => Value
  /** How the command line takes it. */
  readonly flag?: Omit<Flag<Value>, 'read' | 'args'> & {
    /** Its values on the command line. */
    readonly args?: readonly string[]
  }
}

/** An option of what is said about it and what its type of value knows: how it is read, set and checked. */
export function make<Value, Kind extends JobKind, Args extends readonly unknown[], Fallback extends Value | undefined>(
  about: About<Value, Kind, Args, Fallback>,
  flagOfType: Pick<Flag<Value>, 'args' | 'read' | 'repeat'>,
  usualMethod: (value: Value) => Value,
  problems: Option<Value>['problems'],
): Option<Value, Kind, Args, Fallback> {
  const { summary, source, default: fallback, defaultText, flag: ownFlag } = about
  return {
    summary,
    source,
    // Both types have their default when nothing is given: both kinds, and one parameter that is the value.
    kinds: about.kinds ?? (bothKinds as readonly Kind[]),
    method: about.method ?? (usualMethod as unknown as (...args: Args) => Value),
    adds: false,
    ignoredLocally: about.ignoredLocally ?? false,
    problems,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(defaultText === undefined ? {} : { defaultText }),
    ...(ownFlag === undefined ? {} : { flag: { ...flagOfType, ...ownFlag } }),
  }
}

const bothKinds: readonly JobKind[] = ['training', 'processing']

/** For options that only training tasks have. */
export const trainingOnly = ['training'] as const satisfies readonly JobKind[]

/** The default in words, as help and guides print it; `undefined` when there is none. */
export function describeDefault({
  kinds,
  default: fallback,
  defaultText,
}: Pick<AnyOption, 'kinds' | 'default' | 'defaultText'>): string | undefined {
  if (defaultText !== undefined || fallback === undefined) return defaultText
  // Empty lists and tables need no words.
  if (typeof fallback === 'object') return undefined
  const [first, ...others] = kinds.map((kind) => ({ kind, text: String(defaultFor(fallback, kind, {})) }))
  const differing = others.filter(({ text }) => text !== first?.text)
  return [first?.text ?? '', ...differing.map(({ kind, text }) => `${text} for ${kind}`)].join('; ')
}

/** An option's default for one task. */
export function defaultFor(fallback: unknown, kind: JobKind, options: object): unknown {
  // Each function names the options it reads; they are all there, because every option is.
  return typeof fallback === 'function' ? (fallback as (kind: JobKind, options: object) => unknown)(kind, options) : fallback
}
