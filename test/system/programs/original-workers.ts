import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSsmError, project } from '@simple-sagemaker/core'

// Runs a worker that names its folders itself in several jobs at once, of which one is stopped and one loses its supervisor; says how each
// ended, as JSON: original-workers.ts <worker> <input>.
const [worker = '', input = ''] = process.argv.slice(2)
const ex = project('ex', { platform: 'local' })
const training = (name: string, ...args: readonly string[]) =>
  ex
    .task(name)
    .code(worker)
    .args(...args)
    .input.local(input)
    .instances('ml.m5.large', 2)

/** Started, and ready on each of its machines. */
async function ready(name: string) {
  const handle = await training(name, 'wait').start()
  const machines = new Set<string>()
  for await (const { machine, text } of handle.logs()) if (text === 'ready' && machines.add(machine).size === 2) break
  return handle
}

const codeOf = (ended: Promise<unknown>): Promise<string> =>
  ended.then(
    () => 'completed',
    (cause: unknown) => (isSsmError(cause) ? cause.code : Promise.reject(cause)),
  )

const quick = [training('reads').run(), ex.processing('copies').code(worker).run()].map(codeOf)
const [stopped, killed] = await Promise.all([ready('stopped'), ready('killed')])
await stopped.stop()
const jobs = join(process.env['SSM_LOCAL_DIR'] ?? '', 'jobs')
const job = readdirSync(jobs).find((name) => name.startsWith('killed-')) ?? ''
const { owner } = JSON.parse(readFileSync(join(jobs, job, 'state.json'), 'utf8')) as { owner: string }
process.kill(Number.parseInt(owner, 10), 'SIGKILL')
const ends = await Promise.all([...quick, codeOf(stopped.result()), codeOf(killed.result())])
console.log(JSON.stringify({ ends, uid: process.getuid?.() }))
