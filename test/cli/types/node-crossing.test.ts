import { mkdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { worker, type Json } from '@simple-sagemaker/worker-toolkit'
import { expect, test } from 'vitest'
import { workFolder } from '../support/ssm.ts'
import { drawn } from './documents.ts'

const values = fc
  .sample(
    drawn.chain(({ value }) => value),
    { numRuns: 500, seed: 23 },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)

test('what a program sends a Node worker reads, and what it writes is read back unchanged, whatever the schema', async () => {
  await using folder = await workFolder()
  const [words, model] = [join(folder.path, 'words'), join(folder.path, 'model')]
  for (const each of [words, model]) mkdirSync(each)
  const env = {
    SAGEMAKER_JOB_NAME: 'j',
    SM_CURRENT_HOST: 'algo-1',
    SM_CHANNELS: '["words"]',
    SM_CHANNEL_WORDS: words,
    SM_MODEL_DIR: model,
    SM_OUTPUT_DATA_DIR: model,
    SM_HPS: JSON.stringify({ all: values }),
  }
  const job = worker({ env, args: [] })
  expect(job.hyperparameters).toEqual({ all: values })
  await job.writeLines('model/rows.jsonl', values)
  await job.writeDocument('model/all.json', { all: values })
  await job.writeResult(values)
  for (const file of ['rows.jsonl', 'all.json', 'result.json']) await rename(join(model, file), join(words, file))
  const lines: Json[] = []
  for await (const line of job.readLines('words/rows.jsonl')) lines.push(line)
  expect(lines).toEqual(values)
  expect(await job.readDocument('words/all.json')).toEqual({ all: values })
  expect(await job.readDocument('words/result.json')).toEqual(values)
})
