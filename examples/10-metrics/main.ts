/** Metrics: numbers that are read from the log, typed by their names; and files for TensorBoard in the state. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const train = project('metrics', { platform: 'local' })
  .task('train')
  .code('train.py', { sourceDir: join(here, 'worker') })
  .metrics({ step: /step=(\d+)/, error: /error=([-+.0-9eE]+)/ })

const result = await train.run({ onEvent: printEvents() })
await result.download(out, { only: ['model', 'state'] })
console.log(`After ${result.metrics.step} steps the error is ${result.metrics.error}.`)
