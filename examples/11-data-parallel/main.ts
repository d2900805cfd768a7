/** Data-parallel training on two machines: they share out the data, and agree on every step over the network. */
import { createRequire } from 'node:module'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const data = join(out, 'data')
const published = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data', 'penguins.json')
await mkdir(data, { recursive: true })
await copyFile(published, join(data, 'penguins.json'))

const penguins = project('penguins', { platform: 'local' })

const prepare = penguins.task('prepare').code(join(here, 'worker/prepare.py')).input.local(data)

const train = penguins
  .task('train')
  .code(join(here, 'worker/train.py'))
  .instances('ml.m5.large', 2)
  .input.from(prepare.output('model'), { channel: 'penguins', unpack: true })
  .hyperparameters({ epochs: 300, rate: 2 })
  .metric('loss', /loss=([-+.0-9eE]+)/)
  .metric('accuracy', /accuracy=([-+.0-9eE]+)/)

const result = await train.run({ onEvent: printEvents() })
await result.download(out, { only: ['model', 'output'] })
console.log(`Right for ${((result.metrics.accuracy ?? 0) * 100).toFixed(1)} % of the penguins it had not seen.`)
