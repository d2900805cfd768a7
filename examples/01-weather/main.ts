/**
 * Three tasks on this machine, no account needed: clean the weather on two machines, learn from it in Python, and report
 * in TypeScript. Run it twice: what has not changed is skipped. With `--slow` there is time to press Ctrl-C.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project, RunAbortedError } from '@simple-sagemaker/core'
import { weatherFiles } from './data.ts'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({ options: { out: { type: 'string' }, slow: { type: 'boolean', default: false } } })
const out = options.out ?? join(here, 'out')
const worker = (file: string): string => join(here, 'worker', file)
const say = (text: string): void => console.log(text)

// #region tasks
const weather = project('weather', { platform: 'local' })

const clean = weather
  .task('clean')
  .code(worker('clean.py'))
  .instances('ml.m5.large', 2)
  .input.local(await weatherFiles(join(out, 'data')), { distribution: 'ShardedByS3Key' })
  .hyperparameters({ warmest: 45, ...(options.slow ? { pause: 5 } : {}) })

const train = weather
  .task('train')
  .code(worker('train.py'))
  .input.from(clean.output('model'), { channel: 'days', unpack: true })
  .hyperparameters({ ridge: 0.001 })
  .metric('rmse', /rmse=([-+.0-9eE]+)/)

const report = weather.task('report').code(worker('report.ts')).input.from(train.output('model'), { unpack: true })
// #endregion

const startedAtMs = Date.now()
const leave = new AbortController()
// Ctrl-C ends the watching, never the job.
process.once('SIGINT', () => leave.abort())

try {
  // Running the last task runs what it needs first.
  const result = await report.run({ onEvent: printEvents(), signal: leave.signal })
  const { folder } = await result.download(join(out, 'report'))
  await weather.data('train').download(join(out, 'train'))

  say(`\n${await readFile(join(folder, 'output', 'report.md'), 'utf8')}`)
  const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1)
  const everythingElse = relative(process.cwd(), process.env['SSM_LOCAL_DIR'] ?? '.ssm')
  say(`Done in ${seconds} s. Results: ${relative(process.cwd(), out)}/{train,report}, everything else: ${everythingElse}/`)
  say('Try next: run it again (finished tasks are skipped), or change ridge in examples/01-weather/main.ts and run it again.')
} catch (error) {
  if (!(error instanceof RunAbortedError)) throw error
  say(`\n${error.message}. ${error.hint ?? ''}`)
  process.exitCode = 130
}
