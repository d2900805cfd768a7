import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ssm } from '../support/ssm.ts'
import { programFolder } from './program.ts'

// The same documents by each library; defaults, enumerations and whole numbers are what they tell differently.
const libraries = {
  zod: `import { z } from 'zod'
const Stats = z.object({ mean: z.number(), labels: z.array(z.string()) })
const Row = z.object({ word: z.string(), size: z.int() })
const Hp = z.object({ lr: z.number(), mode: z.enum(['fast', 'exact']).default('fast') })`,
  valibot: `import * as v from 'valibot'
const Stats = v.object({ mean: v.number(), labels: v.array(v.string()) })
const Row = v.object({ word: v.string(), size: v.pipe(v.number(), v.integer()) })
const Hp = v.object({ lr: v.number(), mode: v.optional(v.picklist(['fast', 'exact']), 'fast') })`,
  arktype: `import { type } from 'arktype'
const Stats = type({ mean: 'number', labels: 'string[]' })
const Row = type({ word: 'string', size: 'number.integer' })
const Hp = type({ lr: 'number', mode: "'fast' | 'exact' = 'fast'" })`,
}

const pipeline = (schemas: string): string => `import { project } from '@simple-sagemaker/core'
${schemas}
const ex = project('ex', { platform: 'local' })
const task = (name: string, code: string) => ex.task(name).code(code)
export const train = ex.task('train').code('code/w.py', { sourceDir: 'code' })
  .input.local('data', { channel: 'words' })
  .channelSchema('words', { 'stats.json': Stats, 'rows.jsonl': Row })
  .outputSchema('model', { 'report.json': Stats })
  .outputSchema('output', { 'rows.jsonl': Row })
  .hyperparameterSchema(Hp).hyperparameters({ lr: 0.5 }).resultSchema(Row)
export const node = ex.task('node').code('node.ts')
  .input.local('data', { channel: 'words' })
  .channelSchema('words', { 'stats.json': Stats, 'rows.jsonl': Row })
  .outputSchema('model', { 'report.json': Stats })
  .outputSchema('output', { 'rows.jsonl': Row })
  .hyperparameterSchema(Hp).hyperparameters({ lr: 0.5 }).resultSchema(Row)
export default ex.add(train).add(node)
if (process.argv[2] === 'run') {
  const told = []
  for (const result of [await train.run(), await node.run()]) {
    const report = await result.document('model', 'report.json', Stats)
    const rows = await result.document('output', 'rows.jsonl', Row)
    told.push({ result: result.result, report, rows })
  }
  console.log(JSON.stringify(told))
}
`

const python = `from ssm_types import TrainHyperparameters, TrainModelReport, TrainOutputRows, TrainResult, TrainWordsRows, TrainWordsStats

hps, stats = TrainHyperparameters.load(), TrainWordsStats.load()
rows = list(TrainWordsRows.load_all())
TrainModelReport(mean=stats.mean * hps.lr, labels=stats.labels + [hps.mode]).save()
TrainOutputRows.save_all(TrainOutputRows(word=row.word.upper(), size=row.size + 1) for row in rows)
TrainResult(word=rows[-1].word, size=sum(row.size for row in rows)).save()
`

const typescript = `import { worker } from '@simple-sagemaker/worker-toolkit'
import { nodeTypes, type Node } from './ssm-types.ts'

const job = worker<Node>({ types: nodeTypes })
const { lr, mode } = job.hyperparameters
const { mean, labels } = await job.readDocument('words/stats.json')
const rows = []
for await (const row of job.readLines('words/rows.jsonl')) rows.push(row)
await job.writeDocument('model/report.json', { mean: mean * lr, labels: [...labels, mode] })
await job.writeLines('output/rows.jsonl', rows.map(({ word, size }) => ({ word: word.toUpperCase(), size: size + 1 })))
await job.writeResult({ word: rows.at(-1)?.word ?? '', size: rows.reduce((sum, { size }) => sum + size, 0) })
`

const hooks = fileURLToPath(new URL('../../../scripts/typescript.mjs', import.meta.url))

test.each(Object.entries(libraries))(
  'hyperparameters, result and documents that %s declares reach Python and Node by their types, and come back',
  { timeout: 180_000 },
  async (_, schemas) => {
    await using folder = await programFolder(pipeline(schemas), ['zod', 'valibot', 'arktype', '@valibot/to-json-schema'])
    const place = (name: string): string => join(folder.path, name)
    mkdirSync(place('code'))
    mkdirSync(place('data'))
    writeFileSync(place('code/w.py'), python)
    writeFileSync(place('node.ts'), typescript)
    writeFileSync(place('data/stats.json'), '{"mean": 3, "labels": ["a"]}')
    writeFileSync(place('data/rows.jsonl'), '{"word": "eins", "size": 1}\n{"word": "größe", "size": 2}\n')
    const env = { SSM_CACHE_DIR: place('cache') }
    for (const out of ['code/ssm_types.py', 'ssm-types.ts'])
      expect(await ssm(['types', 'main.ts', '--out', out], { cwd: folder.path, env })).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(place('code/ssm_types.py'), 'utf8')).toContain('mode: Literal["')
    expect(readFileSync(place('ssm-types.ts'), 'utf8')).toContain('"words/rows.jsonl": NodeWordsRows')
    const argv = ['--conditions=ssm-source', '--import', hooks, 'main.ts', 'run']
    const { stdout } = await execa(process.execPath, argv, { cwd: folder.path, env })
    const one = {
      result: { word: 'größe', size: 3 },
      report: { mean: 1.5, labels: ['a', 'fast'] },
      rows: [
        { word: 'EINS', size: 2 },
        { word: 'GRÖSSE', size: 3 },
      ],
    }
    const told = JSON.parse(stdout) as unknown
    expect(told).toEqual([one, one])
    writeFileSync(place('data/rows.jsonl'), '{"word": "eins", "size": 1}\n{"word": "zwei", "size": "2"}\n')
    const failed = await execa(process.execPath, argv, { cwd: folder.path, env, reject: false })
    expect(failed.stderr).toContain('words/rows.jsonl:2.size')
  },
)
