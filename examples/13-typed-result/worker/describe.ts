import { readFile, readdir } from 'node:fs/promises'
import { worker } from '@simple-sagemaker/worker-toolkit'

const job = worker<{ hyperparameters: { digits: number } }>()
const folder = job.channel('data')
const texts = await Promise.all((await readdir(folder)).map((name) => readFile(`${folder}/${name}`, 'utf8')))
const numbers = texts
  .flatMap((text) => text.split('\n'))
  .filter((line) => line !== '')
  .map(Number)
const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length
await job.writeResult({ count: numbers.length, mean: Number(mean.toFixed(job.hyperparameters.digits)) })
