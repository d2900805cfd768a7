import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Json } from './json-file.ts'
import { worker, type Worker } from './worker.ts'

function machine(): { readonly job: Worker; readonly place: (name: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-documents-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const place = (name: string): string => join(folder, name)
  for (const name of ['words', 'model', 'out', 'named']) mkdirSync(place(name))
  const env = {
    SAGEMAKER_JOB_NAME: 'j',
    SM_CURRENT_HOST: 'algo-1',
    SM_CHANNELS: '["words"]',
    SM_CHANNEL_WORDS: place('words'),
    SM_MODEL_DIR: place('model'),
    SM_OUTPUT_DATA_DIR: place('out'),
    SSM_OUTPUT_TRAIN: place('named'),
  }
  return { job: worker({ env, args: [] }), place }
}

async function listOf<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = []
  for await (const value of values) list.push(value)
  return list
}

test('documents of a channel are read by their names, line by line where each line is one', async () => {
  const { job, place } = machine()
  writeFileSync(place('words/stats.json'), '{"mean": 1}')
  writeFileSync(place('words/rows.jsonl'), '{"a": "ä"}\r\n\n2')
  expect(await job.readDocument('words/stats.json')).toEqual({ mean: 1 })
  expect(await listOf(job.readLines('words/rows.jsonl'))).toEqual([{ a: 'ä' }, 2])
})

test('what cannot be read is named', async () => {
  const { job, place } = machine()
  writeFileSync(place('words/rows.jsonl'), '1\n{')
  await expect(job.readDocument('words/none.json')).rejects.toThrow("The channel 'words' has no file none.json")
  await expect(job.readDocument('word/stats.json')).rejects.toThrow("There is no channel 'word'")
  await expect(job.readDocument('stats.json')).rejects.toThrow('is no place with a file in it')
  await expect(listOf(job.readLines('words/rows.jsonl'))).rejects.toThrow('words/rows.jsonl:2 does not hold JSON')
  await expect(listOf(job.readLines('words/none.jsonl'))).rejects.toThrow('ENOENT')
  await expect(listOf(job.readLines('words/../out/a.jsonl'))).rejects.toThrow('is not the name of a file inside')
})

test('documents are written whole into the outputs that a task has', async () => {
  const { job, place } = machine()
  await job.writeDocument('model/deep/report.json', { mean: 1 })
  await job.writeLines('output/rows.jsonl', [1, 'ä'])
  await job.writeDocument('train/a.json', [])
  expect(readFileSync(place('model/deep/report.json'), 'utf8')).toBe('{"mean":1}\n')
  expect(readFileSync(place('out/rows.jsonl'), 'utf8')).toBe('1\n"ä"\n')
  expect(readFileSync(place('named/a.json'), 'utf8')).toBe('[]\n')
  await expect(job.writeDocument('elsewhere/a.json', 1)).rejects.toThrow("There is no output 'elsewhere'")
})

test('of lines of which one is no JSON nothing is left', async () => {
  const { job, place } = machine()
  await expect(job.writeLines('model/rows.jsonl', [1, Number.NaN as Json])).rejects.toThrow('line 2 is NaN')
  expect(readdirSync(place('model'))).toEqual([])
})
