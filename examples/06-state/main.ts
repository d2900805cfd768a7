/** State: a task that is not done in one job goes on where it stopped. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { isSsmError, project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const count = project('state', { platform: 'local' }).task('count').code(join(here, 'worker/count.py'))

let jobs = 0
for (;;) {
  jobs += 1
  try {
    const result = await count.run({ onEvent: printEvents(), ...(jobs === 1 ? { clean: true } : {}) })
    await result.download(out)
    break
  } catch (error) {
    if (!isSsmError(error, 'JOB_FAILED') || error.exitCode !== 75) throw error
  }
}
console.log(`It took ${jobs} jobs.`)
