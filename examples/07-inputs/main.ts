/** Inputs: folders as channels, shared out among machines or given to each. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const list = project('inputs', { platform: 'local' })
  .task('list')
  .code(join(here, 'worker/list.sh'))
  .instances('ml.m5.large', 2)
  .input.local(join(here, 'data'), { channel: 'cities', distribution: 'ShardedByS3Key' }) // each machine gets a part
  .input.local(join(here, 'limits'), { channel: 'limits' }) // both machines get all of it

const result = await list.run({ onEvent: printEvents() })
await result.download(out, { only: ['model'] })
