/** Types from end to end: checked hyperparameters in, a checked result out. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'
import * as v from 'valibot' // or zod, arktype: any Standard Schema library

const here = import.meta.dirname
const out = join(here, 'out')
const describe = project('typed-result', { platform: 'local' })
  .task('describe')
  .code(join(here, 'worker/describe.ts'))
  .hyperparameterSchema(v.object({ digits: v.pipe(v.number(), v.integer(), v.maxValue(10)) }))
  .hyperparameters({ digits: 2 }) // { digits: 'two' } and { digit: 2 } do not compile
  .resultSchema(v.object({ count: v.number(), mean: v.number() }))
  .input.local(join(here, 'data'))

const run = await describe.run({ onEvent: printEvents() })
console.log(`${run.result.count} numbers, ${run.result.mean.toFixed(2)} on average`)
await run.download(out, { only: ['output'] })
