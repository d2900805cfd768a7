/** A shell command on one machine, and what it printed. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const look = project('shell', { platform: 'local' })
  .task('look')
  .shell('echo "hello from $SM_CURRENT_HOST"; uname -s > "$SM_OUTPUT_DATA_DIR/system.txt"')

const result = await look.run({ onEvent: printEvents() })
await result.download(out)
for await (const { text } of result.logs()) console.log(text)
