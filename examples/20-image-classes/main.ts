/**
 * A pipeline for images in classes: archives are unpacked and divided, two spot machines train with a checkpoint of each epoch, and the
 * model is evaluated.
 */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const digits = project('image-classes', { platform: 'local' })
const worker = { sourceDir: join(here, 'worker') }

const prepare = digits
  .processing('prepare')
  .code('prepare.py', worker)
  .input.local(join(here, 'data'), { channel: 'archives' })
  .outputs({ train: '/opt/ml/processing/train', val: '/opt/ml/processing/val' })

const train = digits
  .task('train')
  .code('train.py', worker)
  .instances('ml.m5.large', 2)
  .spot()
  .input.from(prepare.output('train'), { distribution: 'ShardedByS3Key' }) // each machine gets a part of the images
  .input.from(prepare.output('val'), { distribution: 'ShardedByS3Key' })
  .metric('loss', /loss=([-+.0-9eE]+)/)
  .metric('top1', /top1=([-+.0-9eE]+)/)
  .metric('top5', /top5=([-+.0-9eE]+)/)

// The first job learns for one epoch. The second one finds the checkpoint in the state of the task, and learns for four more.
const short = await train.hyperparameters({ rate: 0.1, epochs: 1 }).run({ clean: true, onEvent: printEvents() })
const trained = await train.hyperparameters({ rate: 0.1, epochs: 5 }).run({ onEvent: printEvents() })

const evaluate = digits
  .processing('evaluate')
  .code('evaluate.py', worker)
  .input.from(trained.outputs.model, { unpack: true })
  .input.from(prepare.output('val'))
const evaluated = await evaluate.run({ onEvent: printEvents() })

await evaluated.download(join(out, 'evaluation'), { only: ['output'] })
console.log(`The right class: ${short.metrics.top1} % after one epoch, ${trained.metrics.top1} % after five.`)
console.log(`Among the five most likely ones: ${trained.metrics.top5} %.`)
