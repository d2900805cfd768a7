/** A task whose code is one file: only it is packed and sent. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')

const result = await project('single-file', { platform: 'local' })
  .task('primes')
  .code(join(here, 'primes.py'))
  .hyperparameters({ below: 30 })
  .run({ onEvent: printEvents() })

await result.download(out, { only: ['output'] })
console.log(await readFile(join(out, 'output/primes.txt'), 'utf8'))
