/**
 * The fully featured task: source folder, dependencies, two machines, two inputs, values, tags, metrics, state, limits, and a checked
 * result. On AWS the options of image and machines take effect; the local platform says which ones it leaves out.
 */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'
import * as v from 'valibot'

const here = import.meta.dirname
const out = join(here, 'out')

const everything = project('everything', {
  platform: 'local',
  defaults: { maxRun: '30 minutes', tags: { example: '14' } },
})

const words = everything
  .task('words')
  .code('main.py', { sourceDir: join(here, 'code'), dependencies: [join(here, 'helpers')] })
  .framework('pytorch')
  .instances('ml.m5.large', 2)
  .spot()
  .maxWait('1 hour')
  .input.local(join(here, 'data'), { distribution: 'ShardedByS3Key' })
  .input.local(join(here, 'stop-words'), { channel: 'stop_words' })
  .hyperparameters({ label: 'example' })
  .env({ LANGUAGE: 'en' })
  .tag('team', 'documentation')
  .metric('words', /words=(\d+)/)
  .resultSchema(v.object({ longest: v.string(), machines: v.number(), label: v.string() }))

const { request, uploads } = await words.plan()
console.log(
  `Would send ${uploads.length} files and start ${request.kind === 'training' ? (request.input.ResourceConfig?.InstanceCount ?? 0) : 0} machines.`,
)

const run = await words.run({ onEvent: printEvents() })
await run.download(out, { only: ['model', 'output'] })
console.log(`The longest of them: ${run.result.longest}`)
