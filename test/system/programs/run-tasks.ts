import { project, SsmError } from '@simple-sagemaker/core'

// Starts tasks all at once and says how each ended, one line of JSON per task: run-tasks.ts <project> <tasks> <line> [input].
const [name = '', tasks = '', line = '', input] = process.argv.slice(2)
const open = project(name, { platform: 'local' })

await Promise.all(
  tasks.split(',').map(async (task) => {
    const shell = open.task(task).shell(line)
    try {
      const { job, decision } = await (input === undefined ? shell : shell.input.local(input)).run()
      console.log(JSON.stringify({ task, job, decided: decision.kind }))
    } catch (cause) {
      if (!(cause instanceof SsmError)) throw cause
      console.log(JSON.stringify({ task, error: cause }))
      process.exitCode = 1
    }
  }),
)
