import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Explain } from './explain.ts'

/*
 * Functions that run elsewhere. What crosses is JSON: the types here find out whether a function takes and gives nothing else, and say in a
 * sentence what does not cross.
 */

/** Where a function's module is, when its path cannot be read from the program. */
export interface FunctionOptions {
  /** The module's file, from the working folder: for programs that were bundled. */
  readonly file?: string
}

/** What a Python function takes and gives, and what goes along with its file. */
export interface PythonFunctionOptions<
  Args extends StandardSchemaV1 = StandardSchemaV1,
  Result extends StandardSchemaV1 = StandardSchemaV1,
> {
  /** The arguments as a tuple; any Standard Schema. The function gets what the schema gives. */
  readonly args: Args
  /** What the function gives; any Standard Schema. The call gives what the schema gives. */
  readonly result: Result
  /** A folder whose content goes along, for modules that the file imports; the file is then inside it. */
  readonly sourceDir?: string
  /** Files and folders that go along, under their own names. */
  readonly dependencies?: readonly string[]
}

/** Arguments are a list, of data. */
export type ArgumentList<Args extends StandardSchemaV1> =
  StandardSchemaV1.InferInput<Args> extends readonly unknown[]
    ? SchemaGives<Args>
    : Explain<'args is a tuple with a schema for each argument'>

/** Of a schema that gives data nothing is said; else a sentence stands in its place. What it gives is sent. */
export type SchemaGives<Schema extends StandardSchemaV1> = OnlyData<StandardSchemaV1.InferOutput<Schema>, 'the schema gives'>

/** The same for what it takes: that is what arrives. */
export type SchemaTakes<Schema extends StandardSchemaV1> = OnlyData<StandardSchemaV1.InferInput<Schema>, 'the schema takes'>

/** Of several schemas, each by its file. */
export type SchemasTake<Schemas extends Readonly<Record<string, StandardSchemaV1>>> = {
  readonly [File in keyof Schemas]: SchemaTakes<Schemas[File]>
}

// A schema may leave open what something is: it is data when it is checked.
type OnlyData<Type, Says extends string> = [Exclude<Reason<Type, []>, 'unknown'>] extends [never]
  ? unknown
  : Explain<`${Says} ${Advice[FirstOf<Exclude<Reason<Type, []>, 'unknown'>>]}`>

/** A mark: calls of this function are what the task runs. */
export interface Calls<Called> {
  /** The function. */
  readonly calls: Called
}

/** Of a function that takes and gives JSON nothing is said; else a sentence stands in the place of its name. */
export type Crossing<Module, Name extends keyof Module> = true extends IsUnion<Name> ? unknown : CrossingOne<Module, Name>

// A misspelt name stands for all of them: then the compiler names them, and nothing is said about any.
type IsUnion<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? false : true) : never

type CrossingOne<Module, Name extends keyof Module> = Module[Name] extends (...args: infer Args) => infer Given
  ? [Args] extends [CrossedArguments<Args>]
    ? [Awaited<Given>] extends [CrossedValue<Awaited<Given>>]
      ? unknown
      : Explain<`'${Name & string}' gives ${Advice[Why<Awaited<Given>>]}`>
    : Explain<`'${Name & string}' takes ${Advice[Why<Args>]}`>
  : Explain<`'${Name & string}' is no function`>

/** What is left of a type when it was JSON; what does not cross becomes `never`. */
export type Crossed<Type> = 0 extends 1 & Type
  ? Type
  : Type extends string | number | boolean | null
    ? Type
    : Type extends NoData
      ? never
      : Type extends readonly (infer Item)[]
        ? number extends Type['length']
          ? // Not mapped: the compiler maps lists at once, and some types hold lists of themselves.
            readonly Crossed<Item>[]
          : { [Key in keyof Type]: Crossed<Type[Key]> }
        : Type extends object
          ? [keyof Type] extends [never]
            ? never
            : IsPlain<Type> extends true
              ? { [Key in keyof Type]: Key extends symbol ? never : Crossed<Type[Key]> | Extract<Type[Key], undefined> }
              : never
          : never

// A class with private members is told by them; one without is the same as a plain object for the compiler, and is refused at run time.
type IsPlain<Type> = { [Key in keyof Type]: Type[Key] } extends Type ? true : false

/** Arguments may be left out. */
type CrossedArguments<Args> = { [Key in keyof Args]: Crossed<Args[Key]> | Extract<Args[Key], undefined> }

/** A function may also give nothing, or `undefined` in the place of a value. */
type CrossedValue<Value> = Crossed<Value> | ([Value] extends [void] ? Value : Extract<Value, undefined>)

type NoData =
  | ((...args: never) => unknown)
  | symbol
  | bigint
  | Error
  | Date
  | RegExp
  | Promise<unknown>
  | SomeMap
  | SomeSet
  | ArrayBufferLike
  | ArrayBufferView

interface SomeSet {
  readonly size: number
  has(value: never): boolean
  forEach(...args: never): void
}
interface SomeMap extends SomeSet {
  get(key: never): unknown
}

/** What the sentence says about the first thing that does not cross. */
interface Advice {
  readonly function: 'a function, and only data crosses: name what to do by a text'
  readonly symbol: 'a symbol, which JSON does not carry: use a text'
  readonly bigint: 'a bigint, which JSON does not carry: send its text'
  readonly error: 'an Error, which JSON does not carry: send its message'
  readonly date: 'a Date, which JSON does not carry: send its text or its milliseconds'
  readonly regExp: 'a RegExp, which JSON does not carry: send its source'
  readonly promise: 'a Promise, which JSON does not carry: await it first'
  readonly map: 'a Map, which JSON does not carry: send an object or a list of pairs'
  readonly set: 'a Set, which JSON does not carry: send a list'
  readonly bytes: 'bytes, which JSON does not carry: send base64 text, or files by .input'
  readonly undefined: 'undefined in a list, which JSON does not carry: use null'
  readonly symbolKey: 'an object with a symbol as a key, which JSON does not carry: use a text'
  readonly class: 'an instance of a class, and only data crosses: send a plain object'
  readonly unknown: 'something of an unknown type: declare what it is'
  readonly other: 'something that JSON does not carry: use texts, numbers, booleans, null, lists and plain objects'
}

// Found only for a function that is refused, and no deeper than this many levels.
type Why<Type> = FirstOf<Reason<Type, []>>
// What a class has beside its methods is no help.
type FirstOf<Found> = [Found] extends [never] ? 'other' : 'function' extends Found ? 'function' : Found

type Reason<Type, Depth extends readonly unknown[]> = 0 extends 1 & Type
  ? never
  : unknown extends Type
    ? 'unknown'
    : Depth['length'] extends 8
      ? never
      : Type extends string | number | boolean | null
        ? never
        : Type extends undefined
          ? 'undefined'
          : Type extends NoData
            ? NameOf<Type>
            : Type extends readonly (infer Item)[]
              ? Reason<Item, [...Depth, 1]>
              : [keyof Type] extends [never]
                ? 'unknown'
                : IsPlain<Type> extends true
                  ? {
                      [Key in keyof Type]-?: Key extends symbol
                        ? 'symbolKey'
                        : Reason<Exclude<Type[Key], undefined>, [...Depth, 1]>
                    }[keyof Type]
                  : 'class'

type NameOf<Type> = Type extends (...args: never) => unknown
  ? 'function'
  : Type extends symbol
    ? 'symbol'
    : Type extends bigint
      ? 'bigint'
      : Type extends Error
        ? 'error'
        : Type extends Date
          ? 'date'
          : Type extends RegExp
            ? 'regExp'
            : Type extends Promise<unknown>
              ? 'promise'
              : Type extends SomeMap
                ? 'map'
                : Type extends SomeSet
                  ? 'set'
                  : 'bytes'

/** The arguments of the function. */
export type ArgumentsOf<State> = 0 extends 1 & State
  ? readonly unknown[]
  : State extends Calls<(...args: infer Args) => unknown>
    ? Args
    : never

/** What a call of the function gives. */
export type GivenBy<State> = 0 extends 1 & State
  ? unknown
  : State extends Calls<(...args: never) => infer Given>
    ? Awaited<Given>
    : never

/** What each item of `map` is: the first argument. */
export type ItemOf<State> = 0 extends 1 & State
  ? unknown
  : ArgumentsOf<State> extends readonly [(infer Item)?, ...infer _]
    ? Item
    : never

/** How `map` spreads its items. */
export interface MapOptions {
  /** How many machines share the items; default what `.instances()` set, else 1. Never more than there are items. */
  readonly machines?: number
  /** How many items each machine works on at once, each in a thread of its own; default 1, without threads. */
  readonly perMachine?: number
}

/** The options of `map`: with the arguments after the item where the function takes more. */
export type MapParameters<State, Options> = 0 extends 1 & State
  ? [
      options?: Options & {
        /** The arguments behind the first one, the same for every item. */
        readonly rest?: readonly unknown[]
      },
    ]
  : ArgumentsOf<State> extends readonly [unknown?]
    ? [options?: Options]
    : ArgumentsOf<State> extends readonly [unknown?, ...infer Rest]
      ? [] extends Rest
        ? [options?: Options & RestOption<Rest>]
        : [options: Options & Required<RestOption<Rest>>]
      : never

interface RestOption<Rest> {
  /** The arguments after the item, the same for all. */
  readonly rest?: Rest
}
