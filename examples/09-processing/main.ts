/** Processing tasks in their three forms: a script, a command with a script, a program of the image. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const steps = project('processing', { platform: 'local' })
const data = join(here, 'data')

const script = steps.processing('script').code(join(here, 'worker/sort.py')).input.local(data)
const command = steps.processing('command').command(['python3'], join(here, 'worker/sort.py')).input.local(data)
const program = steps
  .processing('program')
  .entrypoint(['/bin/sh'])
  .args('-c', 'sort "$SM_CHANNEL_DATA"/*.txt > "$SSM_OUTPUT/sorted.txt"')
  .input.local(data)

for (const task of [script, command, program]) {
  const result = await task.run({ onEvent: printEvents() })
  await result.download(join(out, task.name), { only: ['output'] })
}
