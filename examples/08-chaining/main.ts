/** Chaining: the output of one task is the input of the next. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const chain = project('chaining', { platform: 'local' })
const squares = chain.task('squares').code(join(here, 'worker/squares.py')).hyperparameters({ limit: 10 })
const sum = chain
  .task('sum')
  .code(join(here, 'worker/sum.py'))
  .input.from(squares.output('model'), { channel: 'numbers', unpack: true })

const result = await sum.run({ onEvent: printEvents() }) // runs squares first, unless it is done
await result.download(out, { only: ['output'] })
const again = await sum.run()
console.log(`The second time: ${again.decision.kind}.`)
