import { project } from '@simple-sagemaker/core'
import { aws } from '@simple-sagemaker/core/aws'

// A client that is killed where it hurts most: the task is its own, all is uploaded, and the job is not created yet.
const [line = ''] = process.argv.slice(2)
const platform = aws()
const start = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}
await project('ex', { platform: { ...platform, jobs: { ...platform.jobs, start } } })
  .task('t')
  .shell(line)
  .run()
