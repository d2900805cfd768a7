import { readFile, readdir } from 'node:fs/promises'
import { worker } from '@simple-sagemaker/worker-toolkit'

const job = worker()
const folder = job.channel('words')
const names = (await readdir(folder)).filter((name) => name.endsWith('.txt'))
const texts = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')))
const words = texts.flatMap((text) => text.split('\n'))
const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '')
await job.writeResult({ words: words.length, longest })
