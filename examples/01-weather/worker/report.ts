/** Reads the model that the Python task left and says in words what it learned. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { worker, writeResult } from '@simple-sagemaker/worker-toolkit'

interface Model {
  readonly features: readonly string[]
  readonly weights: readonly number[]
  readonly rmse: number
  readonly naive: number
}

const job = worker()
const model = JSON.parse(await readFile(join(job.channel('model'), 'model.json'), 'utf8')) as Model
const better = Math.round((1 - model.rmse / model.naive) * 100)
const rows = model.features.map((feature, index) => `| ${feature} | ${model.weights[index]?.toFixed(3)} |`)

const report = [
  "# Tomorrow's highest temperature",
  '',
  `The model is off by ${model.rmse} °C on days it has not seen; "the same as today" is off by ${model.naive} °C.`,
  '',
  '| what counts | weight |',
  '| --- | --- |',
  ...rows,
  '',
].join('\n')

await writeFile(join(job.outputDir, 'report.md'), report)
await writeResult({ rmse: model.rmse, betterByPercent: better })
console.log(`the model is ${better} % better than guessing "the same as today"`)
