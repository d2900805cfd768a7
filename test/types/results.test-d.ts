import { project } from '@simple-sagemaker/core'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const task = project('ex').task('t').code('t.py')

test('a declared result is typed: zod', async () => {
  const { result, outputs } = await task.resultSchema(z.object({ accuracy: z.number(), labels: z.array(z.string()) })).run()
  expectTypeOf(result).toEqualTypeOf<{ accuracy: number; labels: string[] }>()
  expectTypeOf(outputs.model.output).toEqualTypeOf<'model'>()
})

test('a declared result is typed: valibot', async () => {
  const { result } = await task.resultSchema(v.object({ accuracy: v.number() })).run()
  expectTypeOf(result).toEqualTypeOf<{ accuracy: number }>()
})

test('a result is typed as the schema gives it back, not as the work wrote it', async () => {
  const { result } = await task.resultSchema(z.object({ day: z.string().transform((text) => new Date(text)) })).run()
  expectTypeOf(result.day).toEqualTypeOf<Date>()
})

test('a processing task declares its result too, before or after its program', async () => {
  const schema = z.object({ rows: z.number() })
  const early = await project('ex').processing('p').resultSchema(schema).code('p.py').run()
  const late = await project('ex').processing('p').code('p.py').resultSchema(schema).run()
  expectTypeOf(early.result).toEqualTypeOf<{ rows: number }>()
  expectTypeOf(late.result).toEqualTypeOf<{ rows: number }>()
})

test('a typed result survives the words after it, the handle, and the project', async () => {
  const typed = task
    .resultSchema(z.object({ rows: z.number() }))
    .spot()
    .env({ A: '1' })
    .input.local('d')
    .hyperparameters({ a: 1 })
  expectTypeOf((await typed.run()).result.rows).toBeNumber()
  expectTypeOf((await (await typed.start()).result()).result.rows).toBeNumber()
  expectTypeOf((await project('ex').add(typed).run()).orThrow().t.result.rows).toBeNumber()
})

test('declared hyperparameters are typed as their schema takes them', () => {
  const schema = z.object({ lr: z.number(), epochs: z.coerce.number<string>().default(3) })
  const declared = task.hyperparameterSchema(schema)
  declared.hyperparameters({ lr: 0.1 })
  declared.hyperparameters({ lr: 0.1, epochs: '4' })
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  declared.hyperparameters({ lr: '0.1' })
  // Each a part: together they are checked before the start.
  declared.hyperparameters({ epochs: '4' }).hyperparameters({ lr: 0.1 })
})

test('declared hyperparameters are typed: valibot', () => {
  const declared = task.hyperparameterSchema(v.object({ lr: v.optional(v.number(), 0.1) }))
  declared.hyperparameters({})
  // @ts-expect-error Type 'boolean' is not assignable to type 'number'.
  declared.hyperparameters({ lr: true })
})
