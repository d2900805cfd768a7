// What a user's program does, in every world of consumers.test.ts: a task that uses the Python toolkit, one in TypeScript, and one that fails.
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { isSsmError, project, Secret } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'

/** The same platform as a value: a second entry must be found, too. */
export const otherPlatform = (): ReturnType<typeof local> => local()

/** Runs them in a store of their own below `folder`, where `worker.py` and `worker.ts` lie; returns what they printed and how the last one failed. */
export async function tryTasks(folder: string, store: string): Promise<string> {
  process.env['SSM_LOCAL_DIR'] = join(folder, store)
  const ex = project('consumer', { platform: 'local' })
  const lines: string[] = []
  const python = ex.task('python').code(join(folder, 'worker.py')).hyperparameters({ x: 7 })
  for await (const { text } of (await python.run({ onEvent: printEvents({ quiet: true, logs: false }) })).logs()) lines.push(text)
  const node = ex
    .task('node')
    .code(join(folder, 'worker.ts'))
    .env({ TOKEN: new Secret('hidden-text') })
  for await (const { text } of (await node.run()).logs()) lines.push(text)
  const failure = await ex
    .task('failing')
    .shell('exit 3')
    .run()
    .catch((cause: unknown) => cause)
  return `${lines.join(' ')} ${isSsmError(failure, 'JOB_FAILED') ? failure.code : String(failure)}`
}

const store = process.env['CONSUMER_STORE']
if (store !== undefined) void tryTasks(process.cwd(), store).then((text) => console.log(text))
