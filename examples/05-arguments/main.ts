/** Arguments and hyperparameters: how values reach a program. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const greet = project('arguments', { platform: 'local' })
  .task('greet')
  .code(join(here, 'worker/greet.py'))
  .args('--shout') // passed on as it is, in front of the others
  .hyperparameters({ name: 'Ada', times: 2 }) // --name Ada --times 2, and in SM_HPS

const result = await greet.run({ onEvent: printEvents() })
await result.download(out)
for await (const { text } of result.logs()) console.log(text)
