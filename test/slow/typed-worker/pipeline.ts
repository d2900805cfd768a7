import process from 'node:process'
import { project } from '@simple-sagemaker/core'
import { z } from 'zod'

const Row = z.object({ word: z.string(), size: z.int() })
const Longest = z.object({ words: z.array(z.string()) })
const ex = project('ex', { platform: 'local' })

export const train = ex
  .task('train')
  .code(process.argv[2] ?? 'worker.ts')
  .input.local('data', { channel: 'words' })
  .input.local('more', { channel: 'more-words' })
  .channelSchema('words', { 'rows.jsonl': Row })
  .hyperparameterSchema(z.object({ least: z.number(), mode: z.enum(['upper', 'lower']).default('upper') }))
  .hyperparameters({ least: 2 })
  .outputSchema('model', { 'longest.json': Longest })
  .resultSchema(z.object({ rows: z.int(), mode: z.string() }))

if (process.argv[2] !== undefined) {
  const ended = await train.run()
  console.log(JSON.stringify({ result: ended.result, longest: await ended.document('model', 'longest.json', Longest) }))
}
