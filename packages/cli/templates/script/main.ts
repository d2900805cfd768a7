import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

// 'local' runs on this computer; 'aws', the default, rents machines.
const ex = project('{{name}}', { platform: 'local' })

const count = ex
  .task('count')
  .code('worker.py')
  .instances('ml.m5.large')
  .hyperparameters({ upTo: 10 })
  .metric('total', /total=([0-9]+)/)

const result = await count.run({ onEvent: printEvents() })
console.log(result.decision.kind, result.metrics)
await result.download('out')
