import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { worker } from '@simple-sagemaker/worker-toolkit'
import type { train } from './pipeline.ts'

const job = worker<typeof train>()
const { least, mode } = job.hyperparameters
const rows: { readonly word: string; readonly size: number }[] = []
for await (const row of job.readLines('words/rows.jsonl')) rows.push(row)
const more = readFileSync(join(job.channel('more-words'), 'more.txt'), 'utf8').trim()
const words = [...rows.filter(({ size }) => size >= least).map(({ word }) => word), more]
await job.writeDocument('model/longest.json', {
  words: words.map((word) => (mode === 'upper' ? word.toUpperCase() : word.toLowerCase())),
})
await job.writeResult({ rows: rows.length, mode })
