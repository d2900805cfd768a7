import { expectTypeOf, test } from 'vitest'
import type { Explain } from '../../packages/core/src/project/grammar/explain.ts'
import type { Crossing } from '../../packages/core/src/project/grammar/functions.ts'

// What a function may take and give when it runs on another machine, and what is said where it may not. Also compiled by the oldest TypeScript that is
// supported, against the packed types: test/slow/type-consumers.test.ts.

type Taking<Type> = Crossing<{ f: (value: Type) => number }, 'f'>
type Giving<Type> = Crossing<{ f: () => Type }, 'f'>
type Said<Sentence extends string> = Explain<Sentence>

const colours = { Red: 'red', Blue: 'blue' } as const
type Colour = (typeof colours)[keyof typeof colours]
interface Row {
  readonly id: number
  readonly name?: string
  readonly parent?: Row
}
type Tree = { readonly left: Tree | null; readonly value: number }
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type Id = string & { readonly __brand: 'Id' }
class Point {
  readonly x = 1
  readonly y = 2
  length(): number {
    return Math.hypot(this.x, this.y)
  }
}
class Counted {
  readonly x = 1
  readonly #count = 2
  get twice(): number {
    return this.#count * 2
  }
}

test('40 shapes that cross', () => {
  expectTypeOf<Taking<string>>().toBeUnknown()
  expectTypeOf<Taking<number>>().toBeUnknown()
  expectTypeOf<Taking<boolean>>().toBeUnknown()
  expectTypeOf<Taking<null>>().toBeUnknown()
  expectTypeOf<Taking<'a' | 'b'>>().toBeUnknown()
  expectTypeOf<Taking<1 | 2>>().toBeUnknown()
  expectTypeOf<Taking<true>>().toBeUnknown()
  expectTypeOf<Taking<Colour>>().toBeUnknown()
  expectTypeOf<Taking<Id>>().toBeUnknown()
  expectTypeOf<Taking<`a${string}`>>().toBeUnknown()
  expectTypeOf<Taking<string | null>>().toBeUnknown()
  expectTypeOf<Taking<string[]>>().toBeUnknown()
  expectTypeOf<Taking<readonly string[]>>().toBeUnknown()
  expectTypeOf<Taking<number[][]>>().toBeUnknown()
  expectTypeOf<Taking<[string, number]>>().toBeUnknown()
  expectTypeOf<Taking<readonly [string, ...number[]]>>().toBeUnknown()
  expectTypeOf<Taking<[string, number?]>>().toBeUnknown()
  expectTypeOf<Taking<{ a: string }>>().toBeUnknown()
  expectTypeOf<Taking<{ readonly a: string }>>().toBeUnknown()
  expectTypeOf<Taking<{ a?: string }>>().toBeUnknown()
  expectTypeOf<Taking<{ a: string | undefined }>>().toBeUnknown()
  expectTypeOf<Taking<{ a: { b: { c: null } } }>>().toBeUnknown()
  expectTypeOf<Taking<{ kind: 'a'; a: string } | { kind: 'b'; b: number }>>().toBeUnknown()
  expectTypeOf<Taking<Row>>().toBeUnknown()
  expectTypeOf<Taking<readonly Row[]>>().toBeUnknown()
  expectTypeOf<Taking<Tree>>().toBeUnknown()
  expectTypeOf<Taking<Json>>().toBeUnknown()
  expectTypeOf<Taking<Record<string, number>>>().toBeUnknown()
  expectTypeOf<Taking<Readonly<Record<'a' | 'b', string>>>>().toBeUnknown()
  expectTypeOf<Taking<Partial<Row>>>().toBeUnknown()
  expectTypeOf<Taking<Pick<Row, 'id'>>>().toBeUnknown()
  expectTypeOf<Taking<Record<number, string>>>().toBeUnknown()
  expectTypeOf<Crossing<{ f: () => number }, 'f'>>().toBeUnknown()
  expectTypeOf<Crossing<{ f: (a: string, b?: number) => number }, 'f'>>().toBeUnknown()
  expectTypeOf<Crossing<{ f: (...all: string[]) => number }, 'f'>>().toBeUnknown()
  expectTypeOf<Giving<Promise<number[][]>>>().toBeUnknown()
  expectTypeOf<Giving<void>>().toBeUnknown()
  expectTypeOf<Giving<Promise<void>>>().toBeUnknown()
  expectTypeOf<Giving<string | undefined>>().toBeUnknown()
  expectTypeOf<Giving<Promise<Row | null>>>().toBeUnknown()
})

type IsDate = 'a Date, which JSON does not carry: send its text or its milliseconds'
type IsMap = 'a Map, which JSON does not carry: send an object or a list of pairs'
type IsSet = 'a Set, which JSON does not carry: send a list'
type IsFunction = 'a function, and only data crosses: name what to do by a text'
type IsBytes = 'bytes, which JSON does not carry: send base64 text, or files by .input'
type IsInstance = 'an instance of a class, and only data crosses: send a plain object'
type IsUnknown = 'something of an unknown type: declare what it is'
type IsUndefined = 'undefined in a list, which JSON does not carry: use null'

test('44 shapes that do not cross, and what is said', () => {
  expectTypeOf<Taking<Date>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<Date | string>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<Date[]>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<{ at: Date }>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<{ at?: Date }>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<{ a: { b: { at: Date }[] } }>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<[string, Date]>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<Record<string, Date>>>().toEqualTypeOf<Said<`'f' takes ${IsDate}`>>()
  expectTypeOf<Taking<Map<string, number>>>().toEqualTypeOf<Said<`'f' takes ${IsMap}`>>()
  expectTypeOf<Taking<ReadonlyMap<string, number>>>().toEqualTypeOf<Said<`'f' takes ${IsMap}`>>()
  expectTypeOf<Taking<{ index: Map<string, number> }>>().toEqualTypeOf<Said<`'f' takes ${IsMap}`>>()
  expectTypeOf<Taking<Set<string>>>().toEqualTypeOf<Said<`'f' takes ${IsSet}`>>()
  expectTypeOf<Taking<ReadonlySet<string>>>().toEqualTypeOf<Said<`'f' takes ${IsSet}`>>()
  expectTypeOf<Taking<() => void>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<(a: string) => number>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<{ onDone: () => void }>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<{ run(): void }>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<Point>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<Point[]>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<URL>>().toEqualTypeOf<Said<`'f' takes ${IsFunction}`>>()
  expectTypeOf<Taking<Counted>>().toEqualTypeOf<Said<`'f' takes ${IsInstance}`>>()
  expectTypeOf<Taking<{ of: Counted[] }>>().toEqualTypeOf<Said<`'f' takes ${IsInstance}`>>()
  expectTypeOf<Giving<Promise<Counted>>>().toEqualTypeOf<Said<`'f' gives ${IsInstance}`>>()
  expectTypeOf<Taking<[string, undefined]>>().toEqualTypeOf<Said<`'f' takes ${IsUndefined}`>>()
  expectTypeOf<Taking<bigint>>().toEqualTypeOf<Said<`'f' takes a bigint, which JSON does not carry: send its text`>>()
  expectTypeOf<Taking<{ size: bigint }>>().toEqualTypeOf<Said<`'f' takes a bigint, which JSON does not carry: send its text`>>()
  expectTypeOf<Taking<symbol>>().toEqualTypeOf<Said<`'f' takes a symbol, which JSON does not carry: use a text`>>()
  expectTypeOf<Taking<RegExp>>().toEqualTypeOf<Said<`'f' takes a RegExp, which JSON does not carry: send its source`>>()
  expectTypeOf<Taking<Error>>().toEqualTypeOf<Said<`'f' takes an Error, which JSON does not carry: send its message`>>()
  expectTypeOf<Taking<Promise<number>>>().toEqualTypeOf<Said<`'f' takes a Promise, which JSON does not carry: await it first`>>()
  expectTypeOf<Taking<Uint8Array>>().toEqualTypeOf<Said<`'f' takes ${IsBytes}`>>()
  expectTypeOf<Taking<Buffer>>().toEqualTypeOf<Said<`'f' takes ${IsBytes}`>>()
  expectTypeOf<Taking<ArrayBuffer>>().toEqualTypeOf<Said<`'f' takes ${IsBytes}`>>()
  expectTypeOf<Taking<{ image: Uint8Array }>>().toEqualTypeOf<Said<`'f' takes ${IsBytes}`>>()
  expectTypeOf<Taking<(string | undefined)[]>>().toEqualTypeOf<Said<`'f' takes ${IsUndefined}`>>()
  expectTypeOf<Taking<unknown>>().toEqualTypeOf<Said<`'f' takes ${IsUnknown}`>>()
  expectTypeOf<Taking<object>>().toEqualTypeOf<Said<`'f' takes ${IsUnknown}`>>()
  expectTypeOf<Taking<{ value: unknown }>>().toEqualTypeOf<Said<`'f' takes ${IsUnknown}`>>()
  expectTypeOf<Giving<Date>>().toEqualTypeOf<Said<`'f' gives ${IsDate}`>>()
  expectTypeOf<Giving<Promise<Map<string, number>>>>().toEqualTypeOf<Said<`'f' gives ${IsMap}`>>()
  expectTypeOf<Giving<() => void>>().toEqualTypeOf<Said<`'f' gives ${IsFunction}`>>()
  expectTypeOf<Giving<Promise<unknown>>>().toEqualTypeOf<Said<`'f' gives ${IsUnknown}`>>()
  expectTypeOf<Giving<(number | undefined)[]>>().toEqualTypeOf<Said<`'f' gives ${IsUndefined}`>>()
  expectTypeOf<Giving<Promise<Point>>>().toEqualTypeOf<Said<`'f' gives ${IsFunction}`>>()
})
