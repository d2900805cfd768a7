import { project } from '@simple-sagemaker/core'

// Runs one task of a command line and says what was decided, then how it ended: run-told.ts <project> <task> <line>.
const [name = '', task = '', line = ''] = process.argv.slice(2)
const result = await project(name, { platform: 'local' })
  .task(task)
  .shell(line)
  .run({ onEvent: (event) => void (event.type === 'decided' && console.log(`decided ${event.decision.kind}`)) })
console.log(JSON.stringify({ task, job: result.job, decided: result.decision.kind }))
