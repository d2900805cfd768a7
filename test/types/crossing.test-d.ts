import { project, type FunctionTask } from '@simple-sagemaker/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Explain } from '../../packages/core/src/project/grammar/explain.ts'
import type { SchemaGives, SchemaTakes } from '../../packages/core/src/project/grammar/functions.ts'

// Calls of functions that run elsewhere, and schemas of what crosses.

type Said<Sentence extends string> = Explain<Sentence>
type IsDate = 'a Date, which JSON does not carry: send its text or its milliseconds'

const day = z.object({ at: z.date() })
const parsed = z.object({ at: z.string().transform((text) => new Date(text)) })
const open = z.record(z.string(), z.unknown())

test('a schema sends what it gives and receives what it takes: that is data, or left open', () => {
  expectTypeOf<SchemaGives<typeof parsed>>().toEqualTypeOf<Said<`the schema gives ${IsDate}`>>()
  expectTypeOf<SchemaTakes<typeof parsed>>().toBeUnknown()
  expectTypeOf<SchemaTakes<typeof day>>().toEqualTypeOf<Said<`the schema takes ${IsDate}`>>()
  expectTypeOf<SchemaGives<typeof open>>().toBeUnknown()
  const task = draft.code('a.py')
  expectTypeOf(task.hyperparameterSchema(open).resultSchema(parsed).run).toBeFunction()
  // @ts-expect-error the schema gives a Date, which JSON does not carry
  void task.hyperparameterSchema(parsed)
  // @ts-expect-error the schema takes a Date, which JSON does not carry
  void task.resultSchema(day)
  // @ts-expect-error the schema takes a Date, which JSON does not carry
  void task.outputSchema('model', { 'days.jsonl': day })
  // @ts-expect-error the schema takes a Date, which JSON does not carry
  void task.channelSchema('data', { 'days.json': open, 'days.jsonl': day })
  // @ts-expect-error the schema gives a Date, which JSON does not carry
  void draft.pythonFunction('a.py', 'f', { args: z.tuple([parsed]), result: z.number() })
  // @ts-expect-error the schema takes a Date, which JSON does not carry
  void draft.pythonFunction('a.py', 'f', { args: z.tuple([open]), result: day })
  // @ts-expect-error args is a tuple with a schema for each argument
  void draft.pythonFunction('a.py', 'f', { args: z.string(), result: z.number() })
})

interface Work {
  embed(texts: string[], options: { model: string }): Promise<number[][]>
  length(text: string): number
  pick(text: string, at?: number): string
  now(): Promise<void>
  when(day: Date): number
  readonly setting: number
}
const load = (): Promise<Work> => Promise.reject(new Error('This is only compiled'))
const draft = project('ex').task('t')

test('a call takes what the function takes, and gives what it gives', async () => {
  const embed = draft.function(load, 'embed').instances('ml.c7i.4xlarge', 2).spot()
  expectTypeOf(embed.call).parameters.toEqualTypeOf<[texts: string[], options: { model: string }]>()
  expectTypeOf(embed.call).returns.resolves.toEqualTypeOf<number[][]>()
  expectTypeOf(embed.callWith({ force: true }, ['a'], { model: 'm' })).resolves.toEqualTypeOf<number[][]>()
  expectTypeOf(draft.function(load, 'now').call()).resolves.toEqualTypeOf<void>()
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  void embed.call([1], { model: 'm' })
  // @ts-expect-error Expected 2 arguments, but got 1.
  void embed.call(['a'])
})

test('map takes the first argument of each item; the others are the same for all', async () => {
  const embed = draft.function(load, 'embed')
  expectTypeOf(embed.map([['a'], ['b']], { machines: 4, perMachine: 8, rest: [{ model: 'm' }] })).resolves.toEqualTypeOf<
    number[][][]
  >()
  const length = draft.function(load, 'length')
  expectTypeOf(length.map(['a', 'b'])).resolves.toEqualTypeOf<number[]>()
  expectTypeOf(draft.function(load, 'pick').map(['a'], { rest: [1] })).resolves.toEqualTypeOf<string[]>()
  expectTypeOf(draft.function(load, 'pick').map(['a'])).resolves.toEqualTypeOf<string[]>()
  // @ts-expect-error Property 'rest' is missing.
  void embed.map([['a']], { machines: 4 })
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  void length.map([1])
})

test('a function that does not fit is refused with a sentence, a misspelt one with the names there are', () => {
  // @ts-expect-error Argument of type '"when"' is not assignable: 'when' takes a Date, which JSON does not carry.
  void draft.function(load, 'when')
  // @ts-expect-error Argument of type '"setting"' is not assignable: 'setting' is no function
  void draft.function(load, 'setting')
  // @ts-expect-error Argument of type '"embd"' is not assignable to parameter of type '"embed" | "length" | …'.
  void draft.function(load, 'embd')
})

test('a function is called, not run, and has its program', () => {
  const embed = draft.function(load, 'embed')
  // @ts-expect-error a function is called: use .call() or .map()
  void embed.run()
  // @ts-expect-error this task has its program
  void embed.code('a.py')
  // @ts-expect-error the type of the function says what it gives
  void embed.resultSchema({})
  const any: FunctionTask = embed
  expectTypeOf(any.call).returns.resolves.toBeUnknown()
})
