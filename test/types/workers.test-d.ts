import { project, type TrainingTask } from '@simple-sagemaker/core'
import { worker, type Json } from '@simple-sagemaker/worker-toolkit'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const Stats = z.object({ mean: z.number() })
const Row = z.object({ word: z.string() })
const ex = project('ex')
export const train = ex
  .task('train')
  .channelSchema('words', { 'stats.json': Stats, 'rows.jsonl': Row })
  .code('worker.ts')
  .input.local('./data', { channel: 'words' })
  .input.s3('s3://b/k', { channel: 'more' })
  .outputSchema('model', { 'report.json': Stats })
  .outputSchema('output', { 'rows.jsonl': Row })
  .hyperparameterSchema(z.object({ lr: z.number(), mode: z.enum(['a', 'b']).default('a') }))
  .hyperparameters({ lr: 1 })
  .resultSchema(z.object({ day: z.string().transform((text) => new Date(text)) }))

const job = worker<typeof train>()

test("a worker knows its task by the task's type: channels, hyperparameters as the schema gives them, the result as it takes it", () => {
  expectTypeOf(job.channel).parameter(0).toEqualTypeOf<'words' | 'more'>()
  expectTypeOf(job.hyperparameters).toEqualTypeOf<Readonly<{ lr: number; mode: 'a' | 'b' }>>()
  expectTypeOf(job.writeResult).parameter(0).toEqualTypeOf<{ day: string }>()
  // @ts-expect-error Argument of type '"word"' is not assignable to parameter of type '"words" | "more"'.
  job.channel('word')
})

test('documents are read and written by their names, each with its type', async () => {
  expectTypeOf(await job.readDocument('words/stats.json')).toEqualTypeOf<{ mean: number }>()
  for await (const row of job.readLines('words/rows.jsonl')) expectTypeOf(row).toEqualTypeOf<{ word: string }>()
  await job.writeDocument('model/report.json', { mean: 1 })
  await job.writeLines('output/rows.jsonl', [{ word: 'a' }])
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await job.writeDocument('model/report.json', { mean: '1' })
  // @ts-expect-error A file with a document on each line is read by readLines.
  await job.readDocument('words/rows.jsonl')
  // @ts-expect-error There is no such document.
  await job.writeDocument('model/other.json', {})
})

test('a task that declares nothing leaves everything open, and so does a task of which nothing is known', () => {
  const plain = worker<typeof bare>()
  expectTypeOf(plain.channel).parameter(0).toEqualTypeOf<string>()
  expectTypeOf(plain.hyperparameters).toEqualTypeOf<Readonly<Record<string, unknown>>>()
  expectTypeOf(plain.writeResult).parameter(0).toEqualTypeOf<Json>()
  expectTypeOf(plain.readDocument('any/file.json')).resolves.toEqualTypeOf<Json>()
  expectTypeOf(worker<typeof unknownTask>().channel).parameter(0).toEqualTypeOf<string>()
})
const bare = ex.processing('prep').code('p.ts')
declare const unknownTask: TrainingTask

test('a task with documents goes where any task goes, and its documents are read by their schemas', async () => {
  const known = ex.add(train)
  expectTypeOf(known.task('eval').code('e.py').input.fromTask('train', 'model').run).toBeFunction()
  const result = await train.run()
  expectTypeOf(await result.document('model', 'report.json', Stats)).toEqualTypeOf<{ mean: number }>()
  expectTypeOf(await result.document('output', 'rows.jsonl', Row)).toEqualTypeOf<{ word: string }[]>()
  // @ts-expect-error Documents are in model and output.
  await result.document('source', 'report.json', Stats)
  // @ts-expect-error A processing task has no model.
  ex.processing('p').outputSchema('model', { 'a.json': Stats })
  const named = ex.processing('p').code('p.py').outputs({ train: '/opt/ml/processing/train' })
  expectTypeOf(named.outputSchema('train', { 'a.json': Stats }).run).toBeFunction()
})
